import Foundation
import Glibc
import Server
import StoreSQLite
import TestSupport
import Testing

@testable import mado

@Suite struct DoctorTests {
    private let temporary: TemporaryFolder
    private var configuration = ServerConfiguration()
    private var folder: DataFolder { DataFolder(path: configuration.dataFolder) }

    init() throws {
        temporary = TemporaryFolder()
        configuration.dataFolder = temporary.path + "/data"
        configuration.listeners = []
    }

    /// A port of this machine with a listening socket on it.
    private func occupiedPort() throws -> (descriptor: Int32, listener: ListenerURL) {
        // Not for programs that other tests start meanwhile.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(descriptor, pointer, length) == 0, listen(descriptor, 1) == 0,
                    getsockname(descriptor, pointer, &length) == 0
                else { return nil }
                return UInt16(bigEndian: UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self).sin_port)
            }
        }
        return (descriptor, ListenerURL(isSecure: false, host: "127.0.0.1", port: try #require(port)))
    }

    @Test func aNewFolderIsInOrder() throws {
        let findings = Doctor(configuration: configuration).dataFolder()
        #expect(findings.map(\.severity) == [.good])
        try folder.prepare(serverName: "localhost")
        #expect(Doctor(configuration: configuration).dataFolder().map(\.severity) == [.good])
    }

    @Test func dataOfAnotherNameIsAProblem() throws {
        try folder.prepare(serverName: "other.example")
        let finding = try #require(Doctor(configuration: configuration).dataFolder().first)
        #expect(finding.severity == .problem)
        #expect(finding.advice?.contains("other.example") == true)
        #expect(throws: DataFolderError.self) { try folder.prepare(serverName: "localhost") }
    }

    @Test func readableSecretsAreNoticed() throws {
        try folder.prepare(serverName: "localhost")
        chmod(folder.path, 0o755)
        let finding = try #require(Doctor(configuration: configuration).dataFolder().first)
        #expect(finding.severity == .warning)
        #expect(finding.advice == "chmod go-rwx \(folder.path)")
    }

    @Test func aFileInThePlaceOfTheFolderIsAProblem() throws {
        try Data().write(to: URL(filePath: folder.path))
        #expect(Doctor(configuration: configuration).dataFolder().map(\.severity) == [.problem])
    }

    @Test func freeAndTakenPortsAreTold() throws {
        let (descriptor, listener) = try occupiedPort()
        var doctor = Doctor(configuration: configuration)
        #expect(doctor.ports().isEmpty)
        var configuration = configuration
        configuration.listeners = [listener]
        doctor = Doctor(configuration: configuration)
        #expect(doctor.ports().map(\.severity) == [.problem])
        #expect(PortProbe.isListening(listener, process: getpid()))
        // A program that another test starts just now may have a copy of the descriptor.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        #expect(doctor.ports().map(\.severity) == [.good])
        #expect(!PortProbe.isListening(listener, process: getpid()))
    }

    @Test func anAddressOfAnotherMachineIsAProblem() {
        var configuration = configuration
        // TEST-NET-1 (RFC 5737) is nobody's.
        configuration.listeners = [ListenerURL(isSecure: false, host: "192.0.2.1", port: 8008)]
        let finding = Doctor(configuration: configuration).ports().first
        #expect(finding?.severity == .problem)
        #expect(finding?.message.contains("no address of this machine") == true)
    }

    @Test func theClockIsDoubted() throws {
        var doctor = Doctor(configuration: configuration)
        doctor.clock = WallClock { 1_000_000_000_000 }
        #expect(doctor.clockFindings().map(\.severity) == [.problem])

        try folder.prepare(serverName: "localhost")
        try Data().write(to: URL(filePath: folder.databaseFile))
        doctor.clock = WallClock { WallClock.system.now - 3600 * 1000 }
        #expect(doctor.clockFindings().first?.message.contains("in the future") == true)
    }

    @Test func databasesAreReadThrough() throws {
        let doctor = Doctor(configuration: configuration)
        #expect(doctor.database().map(\.severity) == [.good])
        try folder.prepare(serverName: "localhost")
        try SQLiteStore(folder: folder.path).close()
        #expect(doctor.database().first?.message.contains("is whole") == true)
        // A page of the table of contents is overwritten.
        let handle = try #require(FileHandle(forUpdatingAtPath: folder.databaseFile))
        try handle.seek(toOffset: 100)
        handle.write(Data(repeating: 0xAB, count: 4000))
        try handle.close()
        #expect(doctor.database().map(\.severity) == [.problem])
    }

    @Test func certificatesAreJudged() throws {
        var configuration = configuration
        configuration.listeners = [ListenerURL(isSecure: true, host: "127.0.0.1", port: 1)]
        #expect(Doctor(configuration: configuration).certificate().map(\.severity) == [.good])

        let authority = LocalAuthority(folder: folder.certificatesFolder)
        _ = try authority.prepare(names: LocalAuthority.names(for: configuration))
        #expect(Doctor(configuration: configuration).certificate().allSatisfy { $0.severity == .good })

        // Another name, another key, a readable key, the end of its time, no certificate at all.
        configuration.tls.certificateFile = authority.certificateFile
        configuration.tls.keyFile = authority.keyFile
        configuration.serverName = "elsewhere.example"
        #expect(Doctor(configuration: configuration).certificate().map(\.severity) == [.warning])
        configuration.serverName = "localhost"
        configuration.tls.keyFile = authority.authorityKeyFile
        #expect(Doctor(configuration: configuration).certificate().map(\.severity) == [.problem])
        configuration.tls.keyFile = authority.keyFile
        chmod(authority.keyFile, 0o644)
        #expect(Doctor(configuration: configuration).certificate().first?.advice == "chmod o-rwx \(authority.keyFile)")
        chmod(authority.keyFile, 0o600)
        var doctor = Doctor(configuration: configuration)
        doctor.clock = WallClock { WallClock.system.now + 390 * 86_400 * 1000 }
        #expect(doctor.certificate().map(\.severity) == [.warning])
        doctor.clock = WallClock { WallClock.system.now + 400 * 86_400 * 1000 }
        #expect(doctor.certificate().map(\.severity) == [.problem])
        doctor.clock = WallClock { WallClock.system.now - 3 * 86_400 * 1000 }
        #expect(doctor.certificate().first?.message.contains("only") == true)
        configuration.tls.certificateFile = folder.serverNameFile
        #expect(Doctor(configuration: configuration).certificate().map(\.severity) == [.problem])
    }

    @Test func unsafeSettingsAreWarnedOf() {
        var configuration = configuration
        #expect(
            Doctor(configuration: configuration).examine().contains { $0.subject == "settings" && $0.severity == .good }
        )
        configuration.listeners = [ListenerURL(isSecure: false, host: "0.0.0.0", port: 1)]
        configuration.metrics.listener = ListenerURL(isSecure: false, host: "0.0.0.0", port: 2)
        configuration.registration.policy = .open
        configuration.limits.isEnabled = false
        let warnings = Doctor(configuration: configuration).examine().filter {
            $0.subject == "settings" && $0.severity == .warning
        }
        #expect(warnings.count == 3)
    }
}
