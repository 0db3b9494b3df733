import COpenSSL
import Glibc

/// A large file up and down, plain and over TLS, beside nginx. curl is the client.
struct MediaTransfer {
    private static let size = 1 << 30
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    fileprivate struct Figures {
        /// Microseconds of the server for each MB.
        var cpu: Double
        var seconds: Double
        /// The server's peak of private memory while it lasted, in bytes.
        var memory: Double
    }

    func run() async throws -> WorkResult {
        let folder = try TemporaryFolder(in: bench.folder, name: "media")
        let file = folder.path + "/file"
        try Self.makeFile(file)
        let mado = try await bench.startMado()
        let nginx = try await NginxServer.start(
            bench, bodies: [Array("\"ok\"".utf8)],
            locations: """
                location /files/ { root $FOLDER; client_max_body_size 0; dav_methods PUT; create_full_put_path on; }

                """)
        let client = try SetupClient(bench.context, port: mado.port)
        let member = try await Member.register("member", client)
        var result = WorkResult(
            title: "A file of 1 GiB, up and down",
            method: """
                By curl over one connection, server CPU a MB; nginx takes it with `PUT` into a file and gives it from \
                one (`sendfile` off, its default). What ours takes up is hashed besides, so that equal files are kept once. \
                Before each upload the disk is waited for, and a file as large is written and removed: memory that a \
                virtual machine has not used for long costs several times as much.
                """)
        for (name, ourPort, theirPort, scheme) in [
            ("plain", mado.port, nginx.port, "http"), ("TLS", mado.securePort, nginx.securePort, "https"),
        ] {
            let (ourBase, theirBase) = ("\(scheme)://127.0.0.1:\(ourPort)", "\(scheme)://127.0.0.1:\(theirPort)")
            let header = ["-H", "Authorization: Bearer \(member.token)"]
            let answer = folder.path + "/answer-\(name)"
            let upload = ["-H", "Content-Type: application/octet-stream", "-o", answer, "-X", "POST", "-T", file]
            let location = theirBase + "/files/\(name)"
            var (up, peerUp, down, peerDown) = ([Figures](), [Figures](), [Figures](), [Figures]())
            for round in 1...bench.rounds {
                bench.progress("media: \(name), round \(round) of \(bench.rounds)")
                try Self.prepareMemory(folder.path)
                up.append(
                    try await transfer(header + upload + [ourBase + "/_matrix/media/v3/upload"]) {
                        [mado.process.id]
                    })
                try Self.prepareMemory(folder.path)
                peerUp.append(
                    try await transfer(["-o", "/dev/null", "-T", file, location]) { nginx.process.processes })
                let uri = try Self.contentURI(answer)
                let ours = ourBase + "/_matrix/client/v1/media/download/" + uri
                for _ in 1...2 {
                    down.append(
                        try await transfer(header + ["-o", "/dev/null", ours]) { [mado.process.id] })
                    peerDown.append(try await transfer(["-o", "/dev/null", location]) { nginx.process.processes })
                }
            }
            for (direction, all, allOfPeer) in [("up", up, peerUp), ("down", down, peerDown)] {
                let (ours, peer) = (all.median, allOfPeer.median)
                let ratio = ours.cpu / peer.cpu
                result.findings.append(
                    Finding(
                        "\(direction), \(name)", ours: "\(NumberText.fixed(ours.cpu, 0)) µs/MB",
                        peer: "\(NumberText.fixed(peer.cpu, 0)) µs/MB", ratio: NumberText.fixed(ratio, 2),
                        goal: "at most 1.5", isMet: ratio <= 1.5))
                result.notes.append(
                    """
                    \(direction), \(name): \(NumberText.fixed(ours.seconds, 2)) s (nginx \
                    \(NumberText.fixed(peer.seconds, 2)) s); the server's private memory at most \
                    \(NumberText.megabytes(ours.memory)).
                    """)
            }
        }
        let hash = try Self.hashCost()
        result.notes.append(
            "SHA-256 alone, by the same library: \(NumberText.fixed(hash, 0)) µs/MB, which nginx does not do.")
        return result
    }

    /// Microseconds of one thread for SHA-256 of one MB.
    private static func hashCost() throws(BenchError) -> Double {
        let bytes = [UInt8](repeating: 0x6D, count: 1 << 20)
        var digest = [UInt8](repeating: 0, count: 32)
        let start = SystemCall.now()
        for _ in 0..<256 {
            guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
                throw BenchError("SHA-256 failed")
            }
        }
        return Double(SystemCall.now() - start) / 1e3 / (256 * Double(1 << 20) / 1e6)
    }

    private func transfer(_ words: [String], of processes: () -> [pid_t]) async throws -> Figures {
        let servers = processes()
        let before = ProcessUsage.cpu(of: servers)
        let start = SystemCall.now()
        let log = bench.folder + "/mado-bench-curl.log"
        let curl = try ChildProcess(["curl", "-sS", "-k", "--fail", "--http1.1"] + words, logFile: log)
        var memory = 0.0
        while curl.isRunning {
            memory = max(memory, ProcessUsage.privateMemory(of: servers))
            await bench.context.sleep(.milliseconds(20))
        }
        let seconds = Double(SystemCall.now() - start) / 1e9
        let text = SystemCall.read(log) ?? ""
        unlink(log)
        guard text.isEmpty else { throw BenchError("curl: \(text)") }
        return Figures(
            cpu: (ProcessUsage.cpu(of: servers) - before) / (Double(Self.size) / 1e6), seconds: seconds, memory: memory)
    }

    /// Lets each upload find the same: nothing that waits for the disk, and memory that was in use just now.
    private static func prepareMemory(_ folder: String) throws(BenchError) {
        sync()
        let file = folder + "/scratch"
        defer { unlink(file) }
        try makeFile(file)
    }

    /// Bytes that do not compress, each block another.
    private static func makeFile(_ path: String) throws(BenchError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path) }
        defer { close(descriptor) }
        var generator = SystemRandomNumberGenerator()
        var block = (0..<(1 << 17)).map { _ in generator.next() as UInt64 }
        for number in 0..<(size >> 20) {
            block[0] = UInt64(number)
            let written = block.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written == 1 << 20 else { throw .system(path) }
        }
    }

    /// Server name and identifier of what was uploaded, as a path.
    private static func contentURI(_ answer: String) throws(BenchError) -> String {
        let text = SystemCall.read(answer) ?? ""
        guard let start = text.firstRange(of: "mxc://")?.upperBound, let end = text[start...].firstIndex(of: "\"")
        else {
            throw BenchError("the upload was answered with \(text)")
        }
        return String(text[start..<end])
    }
}

extension Array where Element == MediaTransfer.Figures {
    /// The median of each figure, but the most memory.
    fileprivate var median: MediaTransfer.Figures {
        MediaTransfer.Figures(
            cpu: map(\.cpu).median, seconds: map(\.seconds).median, memory: map(\.memory).max() ?? 0)
    }
}
