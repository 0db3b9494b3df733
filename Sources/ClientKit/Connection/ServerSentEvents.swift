/// Takes a stream of server-sent events apart. Source: HTML Standard, "Server-sent events".
struct ServerSentEvents {
    struct Event: Equatable {
        var type: String
        var id: String?
        var data: [UInt8]
    }

    /// An event that is longer is no event of ours.
    private let limit: Int
    private var line: [UInt8] = []
    private var lastWasReturn = false
    private var isFirstLine = true
    private var type = ""
    private var id: String?
    private var data: [UInt8]?

    init(limit: Int) { self.limit = limit }

    /// The events that these bytes complete.
    /// - Throws: ``TransportError/tooLarge``.
    mutating func take(_ bytes: [UInt8]) throws(TransportError) -> [Event] {
        var events: [Event] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 10 || byte == 13 {
            // A line ends with CR, LF or CR LF.
            if byte == 10, lastWasReturn, index == start, line.isEmpty {
                lastWasReturn = false
                start = index + 1
                continue
            }
            line.append(contentsOf: bytes[start..<index])
            start = index + 1
            lastWasReturn = byte == 13
            if let event = endLine() { events.append(event) }
        }
        if start < bytes.count {
            line.append(contentsOf: bytes[start...])
            lastWasReturn = false
        }
        guard line.count + (data?.count ?? 0) <= limit else { throw .tooLarge }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: line.count < 65_536) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
        var value = line.dropFirst(colon + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": type = String(decoding: value, as: UTF8.self)
        case "id": if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        case "data":
            if data == nil { data = Array(value) } else { data?.append(contentsOf: [10] + value) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> Event? {
        defer {
            type = ""
            data = nil
        }
        guard let data else { return nil }
        return Event(type: type.isEmpty ? "message" : type, id: id, data: data)
    }
}
