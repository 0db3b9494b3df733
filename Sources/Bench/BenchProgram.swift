import EventLoop
import Glibc
import LinuxShims

/// The whole program: a command line in, an exit status out.
enum BenchProgram {
    /// 0: measured, whatever the figures are. 1: something could not be measured. 2: wrong use.
    static func run(_ words: [String]) -> Int32 {
        let options: BenchOptions
        do throws(BenchError) {
            options = try BenchOptions(Array(words.dropFirst()), program: words.first ?? "")
        } catch {
            Terminal.complain("mado-bench: \(error)")
            return 2
        }
        mado_ignore_sigpipe()
        raiseDescriptorLimit()
        do {
            try measure(options)
            return 0
        } catch {
            Terminal.complain("mado-bench: \(error)")
            return 1
        }
    }

    private static func measure(_ options: BenchOptions) throws {
        let machine = try MachineDescription(folder: options.folder)
        let group = try EventLoopGroup(count: 1, name: "load")
        let bench = Bench(
            server: options.server, arcade: options.arcade, nginx: options.nginx, synapse: options.synapse,
            folder: options.folder,
            round: .milliseconds(Int64(options.seconds * 1000)), rounds: options.rounds,
            idleMembers: options.idleMembers, members: options.members, events: options.events,
            sessions: options.sessions,
            context: LoadContext(loop: group.next()))
        if let data = options.seed {
            return try Blocking.run(on: bench.context.loop) { try await LargeStore(bench).seed(data) }
        }
        var results: [WorkResult] = []
        var failed: [String] = []
        for work in options.works.compactMap(BenchWork.init(rawValue:)) {
            do {
                results.append(try Blocking.run(on: bench.context.loop) { try await bench.run(work) })
            } catch {
                // The others are worth having all the same.
                Terminal.complain("mado-bench: \(work): \(error)")
                failed.append("\(work)")
            }
            let text = Report.text(machine: machine, results: results, failed: failed, command: "make bench")
            if let file = options.results { try SystemCall.write(text, to: file) }
        }
        print(Report.text(machine: machine, results: results, failed: failed, command: "make bench"))
        if !failed.isEmpty { throw BenchError("could not be measured: \(failed.joined(separator: ", "))") }
    }

    /// Each connection is a descriptor.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
