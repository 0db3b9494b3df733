/// Requests as they go over the wire.
enum RequestBytes {
    static func make(
        _ method: String, _ target: String, token: String? = nil, body: [UInt8]? = nil, more: String = ""
    ) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        if let token { text += "Authorization: Bearer \(token)\r\n" }
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        text += more + "\r\n"
        return Array(text.utf8) + (body ?? [])
    }
}
