/// Takes secrets out of what is going to be logged.
package enum Redaction {
    /// Query parameters whose values are never logged.
    private static let secretParameters: Set<String> = ["access_token", "logintoken", "token", "user_hs_token"]

    /// A request target (or whole URL) with the values of secret query parameters replaced by `…`.
    ///
    /// Names are compared after percent-decoding and without case: `Access%5FToken` is a secret too.
    package static func target(_ target: String) -> String {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
        let start = target.utf8.index(after: mark)
        // Bytes, not characters: a combining mark behind `&` would hide it from a comparison of characters.
        let items = target.utf8[start...].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        let kept = items.map { item -> Substring in
            guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { return Substring(item) }
            let name = decoded(item[..<equals]).lowercased()
            return secretParameters.contains(name) ? Substring(item[...equals]) + "…" : Substring(item)
        }
        return target[..<start] + kept.joined(separator: "&")
    }

    private static func decoded(_ name: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
