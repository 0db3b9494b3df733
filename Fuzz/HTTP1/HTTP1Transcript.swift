import HTTP

/// All that the parser says of some bytes, in a form in which two runs can be compared.
struct HTTP1Transcript: Equatable {
    struct Field: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    struct Message: Equatable {
        var method: HTTPMethod
        var target: String
        var path: String
        var query: String?
        var authority: String?
        var version: HTTPVersion
        var fields: [Field] = []
        var framing: HTTP1Framing
        var body: [UInt8] = []
        var isComplete = false

        func value(of name: String) -> String? {
            fields.first { $0.name == Array(name.utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
        }
    }

    enum Ending: Equatable {
        case needsInput, http2Preface, tlsClientHello
        case failure(HTTP1Error)
    }

    var messages: [Message] = []
    var ending = Ending.needsInput
    /// Not compared after a failure, where nothing is to be continued.
    var consumed = 0
    var isInsideMessage = false
    /// What the parser broke of its own contract; nil if it kept it.
    var misuse: String?

    /// - Parameter parts: given one after the other, each in memory of its own, so that a sanitizer sees a read beyond.
    init(_ parts: [[UInt8]], limits: HTTP1Limits = HTTP1Limits()) {
        var parser = HTTP1Parser(limits: limits)
        for part in parts where ending == .needsInput && misuse == nil {
            part.withUnsafeBytes { feed($0, to: &parser) }
        }
        // `end` needs no byte; nor does a final outcome change.
        feed(UnsafeRawBufferPointer(start: nil, count: 0), to: &parser)
        isInsideMessage = parser.isInsideMessage
        if case .failure = ending { consumed = 0 }
    }

    private mutating func feed(_ input: UnsafeRawBufferPointer, to parser: inout HTTP1Parser) {
        var offset = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: input[offset...])
            let step = parser.parse(rest)
            guard (0...rest.count).contains(step.consumed) else {
                misuse = "consumed \(step.consumed) of \(rest.count) bytes"
                return
            }
            offset += step.consumed
            consumed += step.consumed
            switch step.event {
            case .needsInput:
                if offset != input.count { misuse = "wants more with \(input.count - offset) bytes left" }
                return
            case .head(let framing): messages.append(Message(parser.takeHead(), framing))
            case .body(let range):
                guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= step.consumed else {
                    misuse = "a body part \(range) of \(step.consumed) consumed bytes"
                    return
                }
                messages[messages.count - 1].body += rest[range]
            case .end: messages[messages.count - 1].isComplete = true
            case .failure(let error): return finish(.failure(error))
            case .http2Preface: return finish(.http2Preface)
            case .tlsClientHello: return finish(.tlsClientHello)
            }
        }
    }

    private mutating func finish(_ new: Ending) {
        if ending != .needsInput && ending != new { misuse = "a final outcome changed from \(ending) to \(new)" }
        ending = new
    }
}

extension HTTP1Transcript.Message {
    init(_ head: HTTPRequestHead, _ framing: HTTP1Framing) {
        self.init(
            method: head.method, target: head.target, path: head.path, query: head.query, authority: head.authority,
            version: head.version, framing: framing)
        head.headers.forEachField { name, value in
            fields.append(HTTP1Transcript.Field(name: Array(name), value: Array(value)))
        }
    }

    /// The message as a careful client would send it.
    var serialized: [UInt8] {
        var bytes = Array("\(method.name) \(target) \(version)\r\n".utf8)
        for field in fields { bytes += field.name + Array(": ".utf8) + field.value + [0x0d, 0x0a] }
        bytes += [0x0d, 0x0a]
        if framing.body == .chunked {
            HTTP1Serializer.appendChunk(body, to: &bytes)
            HTTP1Serializer.appendLastChunk(to: &bytes)
        } else {
            bytes += body
        }
        return bytes
    }
}
