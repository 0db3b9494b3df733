import Glibc

/// Who is at the other end of a connection within this machine.
enum LoopbackPeer {
    /// Whether the connection comes from a process of this user. The kernel's table says whose each socket is; who is not
    /// found there is somebody else.
    /// - Parameters:
    ///   - address: the other end, as `accept` gave it; IPv4.
    ///   - port: ours.
    static func isOwn(_ address: sockaddr_storage, of port: UInt16) -> Bool {
        var address = address
        let peer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
        }
        guard Int32(peer.sin_family) == AF_INET else { return false }
        return isOwn(table(), from: UInt16(bigEndian: peer.sin_port), to: port, user: geteuid())
    }

    /// - Parameter table: `/proc/net/tcp`: the second field is the socket's own address, the third the other's, the eighth
    ///   the user.
    static func isOwn(_ table: String, from: UInt16, to: UInt16, user: UInt32) -> Bool {
        let own = "0100007F:" + hexadecimal(from)
        let other = "0100007F:" + hexadecimal(to)
        return table.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 7 && fields[1] == own && fields[2] == other && UInt32(fields[7]) == user
        }
    }

    private static func hexadecimal(_ port: UInt16) -> String {
        let text = String(port, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - text.count) + text
    }

    private static func table() -> String {
        let descriptor = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += buffer[..<count]
        }
    }
}
