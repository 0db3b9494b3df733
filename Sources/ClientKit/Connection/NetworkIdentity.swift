import Glibc
internal import LinuxShims

/// Which network the computer is in.
package enum NetworkIdentity {
    /// The interface and the gateway of the default route, or `none`: the same when one comes back to a network.
    package static func current() -> String {
        if let route = read("/proc/net/route").flatMap(defaultRoute) { return route }
        if let route = read("/proc/net/ipv6_route").flatMap(defaultRoute6) { return route }
        return "none"
    }

    /// The default route with the smallest metric in the kernel's table of IPv4 routes.
    static func defaultRoute(_ table: String) -> String? {
        best(
            table.split(separator: "\n").dropFirst().compactMap { line in
                let cells = line.split { $0.isWhitespace }
                guard cells.count > 7, cells[1] == "00000000", cells[7] == "00000000",
                    let gateway = UInt32(cells[2], radix: 16), let metric = Int(cells[6])
                else { return nil }
                let bytes = (0..<4).map { String(gateway >> ($0 * 8) & 255) }
                return (metric, "\(cells[0]) \(bytes.joined(separator: "."))")
            })
    }

    static func defaultRoute6(_ table: String) -> String? {
        best(
            table.split(separator: "\n").compactMap { line in
                let cells = line.split { $0.isWhitespace }
                // The last default route of any table is the kernel's "unreachable".
                guard cells.count > 9, cells[1] == "00", cells[0].allSatisfy({ $0 == "0" }), cells[9] != "lo",
                    let metric = Int(cells[5], radix: 16)
                else { return nil }
                return (metric, "\(cells[9]) \(cells[4])")
            })
    }

    private static func best(_ routes: [(Int, String)]) -> String? { routes.min { $0.0 < $1.0 }?.1 }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
