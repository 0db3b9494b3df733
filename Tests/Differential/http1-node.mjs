// Feeds raw requests to a strict Node http server and says what it made of them.
//
// Standard input: one JSON object a line, {"bytes": base64}: all that is sent on one connection, then half-closed.
// Standard output: first {"version"}, then for each of them, in order,
//   {"requests": [{"method", "target", "version", "fields": [[name, value base64]...], "body": base64}], "ending", "code"}
// where requests are those that were read to their end, and ending is "clean" (nothing is left over), "rejected" or
// "incomplete" (the input broke off inside a request).
import http from 'node:http';
import net from 'node:net';
import readline from 'node:readline';

const records = new Map();
const latin1 = (text) => Buffer.from(text, 'latin1').toString('base64');

function note(request) {
  const record = request.socket.record;
  const entry = { request, body: [] };
  record.entries.push(entry);
  // What the parser delivers, at the time it does: 'data' comes later, and not at all after an error.
  const push = request.push.bind(request);
  request.push = (part, encoding) => {
    if (part) entry.body.push(Buffer.from(part));
    return push(part, encoding);
  };
  request.resume();
}

function answer(request, response) {
  note(request);
  response.writeHead(200, { 'content-length': 0 });
  response.end();
}

// Without requireHostHeader, for its refusal reaches no handler, and its answer not always the client.
const server = http.createServer({ insecureHTTPParser: false, maxHeaderSize: 65536, requireHostHeader: false }, answer);
server.on('checkContinue', answer);
server.on('checkExpectation', answer);
server.on('connect', (request, socket) => {
  socket.record.code = 'CONNECT';
  socket.destroy();
});
server.on('connection', (socket) => {
  socket.record = { entries: [], code: null };
  records.set(socket.remotePort, socket.record);
  socket.on('error', () => {});
});
server.on('clientError', (error, socket) => {
  if (socket.record && !socket.record.code) socket.record.code = error.code ?? String(error);
  socket.destroy();
});

function ending(record) {
  if (record.code === 'HPE_INVALID_EOF_STATE' || record.code === 'ECONNRESET') return 'incomplete';
  // What follows a request that closes the connection is nobody's.
  if (record.code === 'HPE_CLOSED_CONNECTION') return 'clean';
  if (record.code) return 'rejected';
  return record.entries.every((entry) => entry.request.complete) ? 'clean' : 'incomplete';
}

function summary(record) {
  const requests = record.entries.filter((entry) => entry.request.complete).map(({ request, body }) => {
    const fields = [];
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      fields.push([request.rawHeaders[index].toLowerCase(), latin1(request.rawHeaders[index + 1])]);
    }
    return {
      method: request.method, target: request.url, version: request.httpVersion, fields,
      body: Buffer.concat(body).toString('base64'),
    };
  });
  return { requests, ending: ending(record), code: record.code ?? '' };
}

function feed(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let localPort;
    socket.on('connect', () => {
      localPort = socket.localPort;
      socket.end(bytes);
    });
    socket.resume();
    socket.on('end', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      const record = records.get(localPort);
      records.delete(localPort);
      if (record) resolve(summary(record));
      else reject(new Error('the server did not see the connection'));
    });
  });
}

server.listen(0, '127.0.0.1', async () => {
  console.log(JSON.stringify({ version: process.version }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const result = await feed(server.address().port, Buffer.from(JSON.parse(line).bytes, 'base64'));
    console.log(JSON.stringify(result));
  }
  server.close();
  server.closeAllConnections();
});
