import Foundation
import Glibc
import TestSupport
import Testing

@testable import Server

@Suite struct CGIRunnerTests {
    private let folder: TemporaryFolder
    private let runner = CGIRunner(launcher: CGIRunner.installedLauncher)

    init() throws { folder = TemporaryFolder() }

    /// A program that is this script.
    private func program(
        _ script: String, name: String = "program", _ change: (inout CGIProgram.Limits) -> Void = { _ in }
    ) throws -> CGIProgram {
        let path = folder.path + "/" + name
        try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o755)
        var limits = CGIProgram.Limits()
        change(&limits)
        return CGIProgram(path: path, limits: limits)
    }

    private func fail() { Issue.record("another outcome was expected") }

    private func text(_ response: CGIResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func run(_ program: CGIProgram, _ request: CGIRequest = CGIRequest()) async -> Result<CGIResponse, CGIError>
    {
        do { return .success(try await runner.run(program, request)) } catch let error as CGIError {
            return .failure(error)
        } catch { return .failure(.malformed("\(error)")) }
    }

    @Test func aProgramGetsItsVariablesAndNoOthers() async throws {
        setenv("SECRET_OF_THE_SERVER", "x", 1)
        let program = try program(#"printf 'Content-Type: text/plain\n\n'; env | sort; pwd"#)
        var request = CGIRequest()
        request.query = "a=b&c=$(id)"
        request.method = "POST"
        request.contentType = "text/plain\r\nX: y"
        request.body = Array("body".utf8)
        request.remoteUser = "@hanako:mado.test\nPATH=/evil"
        request.variables = ["MADO_PROVIDER": "weather", "LD_PRELOAD": "/evil.so", "MADO_x": "y"]
        let lines = try await text(runner.run(program, request)).split(separator: "\n").map(String.init)
        let names = Set(lines.dropLast().compactMap { $0.split(separator: "=").first.map(String.init) })
        #expect(
            names.subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == [
                "AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "GATEWAY_INTERFACE", "LC_ALL", "MADO_PROVIDER", "PATH",
                "QUERY_STRING", "REMOTE_ADDR", "REMOTE_USER", "REQUEST_METHOD", "SCRIPT_NAME", "SERVER_NAME",
                "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE",
            ])
        #expect(lines.contains("QUERY_STRING=a=b&c=$(id)"))
        #expect(lines.contains("CONTENT_TYPE=text/plain  X: y"))
        #expect(lines.contains("REMOTE_USER=@hanako:mado.test PATH=/evil"))
        #expect(lines.contains("CONTENT_LENGTH=4"))
        #expect(lines.last == folder.path)
    }

    @Test func aProgramHasStandardInputOutputAndErrorAlone() async throws {
        let program = try program(
            #"printf 'Content-Type: text/plain\n\n'; cat; ls -1 /proc/$$/fd; echo oops >&2"#
        )
        var request = CGIRequest()
        request.body = Array("what is sent\n".utf8)
        let response = try await runner.run(program, request)
        let lines = text(response).split(separator: "\n")
        #expect(lines.first == "what is sent")
        // The shell itself holds its script open above these.
        #expect(lines.dropFirst().compactMap { Int($0) }.filter { $0 < 10 } == [0, 1, 2])
        #expect(response.errors == "oops")
    }

    @Test func aLargeBodyThatNobodyReadsHoldsUpNothing() async throws {
        let program = try program(#"exec <&-; printf 'Content-Type: text/plain\n\nok'"#)
        var request = CGIRequest()
        request.body = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(try await text(runner.run(program, request)) == "ok")
    }

    @Test func aProgramThatFailsIsToldApart() async throws {
        let failing = try program("echo 'no such file' >&2; exit 3")
        guard case .failure(.failed(3, "no such file")) = await run(failing) else { return fail() }
        let killed = try program("kill -SEGV $$")
        guard case .failure(.failed(-11, _)) = await run(killed) else { return fail() }
        guard case .failure(.cannotStart) = await run(CGIProgram(path: folder.path + "/nothing")) else { return fail() }
        guard case .failure(.cannotStart) = await run(CGIProgram(path: "program")) else { return fail() }
        let silent = try program("exit 0", name: "silent")
        guard case .failure(.malformed) = await run(silent) else { return fail() }
        let unknown = folder.path + "/unknown"
        try "#!/no/such/interpreter\n".write(toFile: unknown, atomically: false, encoding: .utf8)
        chmod(unknown, 0o755)
        guard case .failure(.cannotStart(let reason)) = await run(CGIProgram(path: unknown)) else { return fail() }
        #expect(reason.contains("No such file"))
    }

    @Test func outputWithoutEndIsCut() async throws {
        let program = try program("while :; do echo 0123456789012345678901234567890123456789; done") {
            $0.output = 100_000
        }
        #expect(await run(program).error == .tooMuchOutput(limit: 100_000))
    }

    @Test func aProgramThatDoesNotEndIsEndedEvenIfItWillNot() async throws {
        let program = try program("trap '' TERM INT HUP; while :; do :; done") {
            $0.time = .milliseconds(300)
        }
        #expect(await run(program).error == .timedOut(after: .milliseconds(300)))
    }

    @Test func theProcessorsTimeIsLimited() async throws {
        let program = try program("while :; do :; done") {
            $0.processorTime = .seconds(1)
            $0.time = .seconds(300)
        }
        guard case .failure(.failed(let status, _)) = await run(program) else { return fail() }
        #expect(status == -SIGXCPU || status == -SIGKILL)
    }

    @Test func memoryIsLimited() async throws {
        let program = try program(#"exec awk 'BEGIN { s = "x"; while (1) s = s s }'"#) { $0.memory = 64 << 20 }
        guard case .failure(.failed) = await run(program) else { return fail() }
    }

    /// What a program leaves running goes with it, also what made itself independent of it.
    @Test func nothingOfAProgramIsLeft() async throws {
        let program = try program(
            """
            sleep 1000 & echo $! > "\(folder.path)/one"
            (setsid sh -c 'echo $$ > "\(folder.path)/two"; exec sleep 1000' &)
            while [ ! -s "\(folder.path)/two" ]; do :; done
            printf 'Content-Type: text/plain\\n\\nok'
            """)
        #expect(try await text(runner.run(program, CGIRequest())) == "ok")
        for name in ["one", "two"] {
            let number = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
            let process = try #require(Int32(number.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(kill(process, 0) == -1 && errno == ESRCH, "\(name) still runs")
        }
    }

    /// The end of the server is the end of its programs: everything that holds the pipe is gone when it ends.
    @Test func programsDieWithTheServer() async throws {
        let program = try program("sleep 1000 & sleep 1000")
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/bin/sh")
        let output = Foundation.Pipe()
        server.standardOutput = output
        server.arguments = [
            "-c",
            "\(CGIRunner.installedLauncher) $$ 10 1000000000 1000000 -1 -1 -1 / \(program.path) & echo started; wait",
        ]
        try server.run()
        try output.fileHandleForWriting.close()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "started\n")
        kill(server.processIdentifier, SIGKILL)
        #expect(try output.fileHandleForReading.readToEnd() ?? Data() == Data())
        server.waitUntilExit()
    }

    @Test func aNumberRunAtOnceAndTheOthersWait() async throws {
        var settings = CGIRunner.Settings()
        settings.simultaneous = 2
        let runner = CGIRunner(launcher: CGIRunner.installedLauncher, settings: settings)
        // Each sees who else is there while it is.
        let program = try program(
            """
            mkdir -p "\(folder.path)/now"; touch "\(folder.path)/now/$$"; sleep 0.05
            printf 'Content-Type: text/plain\\n\\n'; ls "\(folder.path)/now" | wc -l; rm "\(folder.path)/now/$$"
            """)
        let counts = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let body = try await runner.run(program, CGIRequest()).body
                    return Int(String(decoding: body, as: UTF8.self).filter(\.isNumber)) ?? 0
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.count == 6)
        #expect(counts.allSatisfy { (1...2).contains($0) })
    }
}

extension Result where Failure == CGIError {
    var error: CGIError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
