// The client's network half as a program: one command a line on standard input, one line of JSON for whatever happens
// on standard output. Commands are JSON objects with a member "do"; see `Probe`.

let probe = Probe()
while let line = readLine() {
    await probe.take(line)
}
await probe.end()
