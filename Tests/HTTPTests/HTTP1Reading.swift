import Foundation

@testable import HTTP

/// What one parser made of a connection's bytes, in a form that is the same for both.
struct HTTP1Reading: Equatable, CustomStringConvertible {
    struct Request: Equatable {
        var method: String
        var target: String
        var version: String
        var fields: [HTTP1Transcript.Field]
        var body: [UInt8]

        /// The first value of that (lower-case) name, each byte as one character.
        func value(of name: String) -> String? {
            fields.first { $0.name == Array(name.utf8) }.map { field in
                String(String.UnicodeScalarView(field.value.map { Unicode.Scalar($0) }))
            }
        }
    }

    var requests: [Request] = []
    var isClean: Bool
    /// Our error, if it is ours and was one.
    var error: HTTP1Error?
    /// For people.
    var ending: String

    /// Ours, as a server would read on: not behind a request after which the connection is closed.
    init(_ input: [UInt8]) {
        let transcript = HTTP1Transcript([input])
        let last = transcript.messages.firstIndex { $0.isComplete && !$0.framing.keepAlive }
        for message in transcript.messages[...(last ?? transcript.messages.count - 1)] where message.isComplete {
            requests.append(
                Request(
                    method: message.method.name, target: message.target,
                    version: String("\(message.version)".dropFirst(5)),
                    fields: message.fields, body: message.body))
        }
        isClean = last != nil || (transcript.ending == .needsInput && !transcript.isInsideMessage)
        if last == nil, case .failure(let failure) = transcript.ending { error = failure }
        ending = last != nil ? "closed" : "\(transcript.ending)"
    }

    init(_ node: NodeParser.Opinion) {
        requests = node.requests.map { request in
            let fields = request.fields.map { field in
                HTTP1Transcript.Field(
                    name: Array(field[0].utf8), value: Data(base64Encoded: field[1]).map { Array($0) } ?? [])
            }
            return Request(
                method: request.method, target: request.target, version: request.version, fields: fields,
                body: Array(request.body))
        }
        isClean = node.ending == "clean"
        ending = "\(node.ending) \(node.code)"
    }

    func agrees(with other: HTTP1Reading) -> Bool {
        requests == other.requests && isClean == other.isClean
    }

    var description: String {
        let texts = requests.map { request in
            let fields = request.fields.map {
                "\(String(decoding: $0.name, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self).debugDescription)"
            }
            return "\(request.method) \(request.target) \(request.version) \(fields) \(request.body.count)"
        }
        return "  \(texts) \(ending)"
    }
}
