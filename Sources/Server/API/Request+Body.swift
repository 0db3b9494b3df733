import JSON
import MatrixAPI

/// The body of an endpoint that takes it part by part, and looks at something else first.
extension Request {
    /// The whole of a streamed body.
    /// - Throws: `M_TOO_LARGE`; `HTTPBodyError` when it breaks off.
    func wholeBody(atMost maximum: Int) async throws -> [UInt8] {
        guard let stream else { preconditionFailure("a body that is read whole is streamed") }
        let tooLarge = MatrixError(413, .tooLarge, "At most \(maximum) bytes")
        if let length = stream.announcedLength, length > maximum { throw tooLarge }
        var bytes: [UInt8] = []
        while let part = try await stream.next() {
            guard bytes.count + part.count <= maximum else { throw tooLarge }
            bytes += part
        }
        return bytes
    }

    /// The same as JSON.
    /// - Throws: as `wholeBody`; `M_NOT_JSON`, `M_BAD_JSON` when it is not an object.
    func wholeObject(atMost maximum: Int) async throws -> JSONValue {
        try JSONValue.requestObject(try await wholeBody(atMost: maximum), limits: .default)
    }
}

extension JSONValue {
    /// What a request's body says; an empty object for none.
    /// - Throws: `M_NOT_JSON` when it does not parse, `M_BAD_JSON` when it is not an object.
    static func requestObject(_ bytes: [UInt8], limits: JSONLimits) throws -> JSONValue {
        // Several endpoints take no parameters and clients leave the body out: the same as {}.
        if bytes.isEmpty { return .emptyObject }
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes, limits: limits)
        } catch {
            throw MatrixError(400, .notJSON, "The body is not valid JSON: \(error)")
        }
        guard value.isObject else { throw MatrixError.badJSON("The body must be an object") }
        return value
    }
}
