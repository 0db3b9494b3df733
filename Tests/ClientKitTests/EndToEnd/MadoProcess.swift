import Foundation
import LinuxShims
import Testing

@testable import ClientKit

/// A real `mado serve` on a free port, with a folder of its own.
final class MadoProcess: @unchecked Sendable {
    private(set) var url = ""
    private let folder: String
    private var process: pid_t = 0

    struct Failure: Error, CustomStringConvertible { let description: String }

    private let registration: String

    /// Starts it and waits until it answers.
    /// - Parameter registration: who may make an account: `open` or `token`.
    init(registration: String = "open") async throws {
        self.registration = registration
        folder = "/tmp/mado-end-to-end-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Somebody else may take the port before the server does.
        for attempt in 1...3 {
            url = "http://127.0.0.1:\(try Self.freePort())"
            do {
                try await start()
                return
            } catch  where attempt < 3 {
                _ = end()
            }
        }
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start() async throws {
        let program = try Self.program()
        let arguments = [
            program, "serve", "--data", folder + "/data", "--server-name", "localhost", "--listen", url,
            "--registration", registration, "--no-rate-limits",
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let output = Pipe()
        for descriptor in [Int32(1), 2] {
            posix_spawn_file_actions_adddup2(&actions, output.fileHandleForWriting.fileDescriptor, descriptor)
        }
        // What other tests have open is not held open by a server that outlives them.
        mado_spawn_close_others(&actions)
        var texts = arguments.map { strdup($0) } + [nil]
        var environment = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for text in texts + environment { free(text) } }
        guard posix_spawn(&process, program, &actions, nil, &texts, &environment) == 0 else {
            throw Failure(description: "\(program) does not start")
        }
        try output.fileHandleForWriting.close()
        guard await Self.saysReady(output.fileHandleForReading, log: folder + "/log") else {
            throw Failure(description: "mado serve ended at once; its log: \(folder)/log")
        }
    }

    /// Keeps what a server says, and waits until it says that it is ready.
    /// - Returns: false when it ends before that.
    private static func saysReady(_ output: FileHandle, log: String) async -> Bool {
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let (said, feed) = AsyncStream<Bool>.makeStream()
        // On a thread of its own until the server has ended: nobody else may wait for it.
        Thread.detachNewThread {
            let kept = FileHandle(forWritingAtPath: log)
            var text = ""
            while true {
                let bytes = output.availableData
                guard !bytes.isEmpty else { break }
                kept?.write(bytes)
                text += String(decoding: bytes, as: UTF8.self)
                if text.contains(" ready ") { feed.yield(true) }
                // Only the line that is not whole can still become it.
                text = text.lastIndex(of: "\n").map { String(text[$0...]) } ?? text
            }
            feed.yield(false)
            feed.finish()
        }
        for await isReady in said { return isReady }
        return false
    }

    private static func program() throws -> String {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? runner
        let program = URL(filePath: bundle).deletingLastPathComponent().appending(path: "mado").path()
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "there is no \(program)")
        }
        return program
    }

    /// What the administrator's command prints. - Parameter arguments: of `mado`, without the data folder.
    func administer(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try Self.program())
        process.arguments = arguments + ["--data", folder + "/data"]
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = Pipe()
        process.standardOutput = output
        let complaints = Pipe()
        process.standardError = complaints
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try complaints.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "mado \(arguments) failed: \(String(decoding: complaint, as: UTF8.self))")
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// As by a power failure.
    func kill() {
        guard let status = end() else { return }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        Issue.record("mado serve had ended by itself, with status \(status), and said at last: \(log.suffix(2_000))")
    }

    /// - Returns: the status with which it had ended by itself before that; nil when it had not.
    private func end() -> Int32? {
        guard process > 0 else { return nil }
        defer { process = 0 }
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == process { return status }
        Glibc.kill(process, SIGKILL)
        waitpid(process, &status, 0)
        return nil
    }

    private static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw Failure(description: "no port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
