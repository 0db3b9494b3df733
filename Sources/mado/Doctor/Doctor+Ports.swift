import Glibc
import Server

extension Doctor {
    /// Whether each listener's address can be had.
    func ports() -> [Finding] {
        let holder = folder.holder()
        let listeners = configuration.listeners + [configuration.metrics.listener].compactMap { $0 }
        return listeners.map { listener in
            let subject = "port \(listener.port)"
            switch PortProbe.bind(listener) {
            case 0: return .good(subject, "\(listener) is free")
            case EADDRINUSE:
                if let holder, PortProbe.isListening(listener, process: holder) {
                    return .good(subject, "\(listener) is served by the running mado (process \(holder))")
                }
                return .problem(
                    subject, "another program listens on \(listener)",
                    do: "See which: ss -ltnp 'sport = :\(listener.port)'. Stop it, or choose another port by --listen.")
            case EACCES:
                return .problem(
                    subject, "this user may not listen on ports below 1024",
                    do: "Add AmbientCapabilities=CAP_NET_BIND_SERVICE to the systemd unit, or choose a port above 1023."
                )
            case EADDRNOTAVAIL:
                return .problem(
                    subject, "\(listener.host) is no address of this machine",
                    do: "Use one that `ip address` shows, or 0.0.0.0 for all.")
            case let code:
                return .problem(
                    subject, "\(listener): \(String(cString: strerror(code)))",
                    do: "Choose another address by --listen.")
            }
        }
    }
}

/// Questions about ports.
enum PortProbe {
    /// Listens and lets go at once.
    /// - Returns: 0, or the `errno` of what failed.
    static func bind(_ listener: ListenerURL) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(listener.host, String(listener.port), &hints, &list) == 0, let list else {
            return EADDRNOTAVAIL
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(list.pointee.ai_family, list.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // Connections of a server that just ended must not count as somebody listening.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if listener.isIPv6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Glibc.bind(descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0
        else { return errno }
        return 0
    }

    /// Whether one of the process' descriptors is a socket that listens on the port. false when it cannot be seen.
    static func isListening(_ listener: ListenerURL, process: Int32) -> Bool {
        let inodes = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeningInodes($0, port: listener.port) })
        guard !inodes.isEmpty, let directory = opendir("/proc/\(process)/fd") else { return false }
        defer { closedir(directory) }
        var target = [CChar](repeating: 0, count: 128)
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let count = readlink("/proc/\(process)/fd/\(name)", &target, target.count)
            guard count > 0 else { continue }
            let link = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if link.hasPrefix("socket:["), inodes.contains(String(link.dropFirst(8).dropLast())) { return true }
        }
        return false
    }

    /// Inodes of listening sockets on a port (proc(5): state 0A is LISTEN, the tenth field is the inode).
    private static func listeningInodes(_ table: String, port: UInt16) -> [String] {
        guard let text = try? SystemFile.read(table, limit: 16 << 20) else { return [] }
        let suffix =
            ":" + String(repeating: "0", count: max(0, 4 - String(port, radix: 16).count))
            + String(port, radix: 16, uppercase: true)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", fields[1].hasSuffix(suffix) else { return nil }
            return String(fields[9])
        }
    }
}
