package import JSON
import MatrixAPI

/// Contents of events that the server makes or completes.
extension JSONValue {
    /// An object with what `body` writes.
    package static func object(_ body: (inout JSONWriter) throws -> Void) rethrows -> JSONValue {
        let bytes = try JSONWriter.object(body)
        guard let value = try? JSONValue.parse(bytes, limits: .stored) else {
            preconditionFailure("JSON that the server wrote does not parse")
        }
        return value
    }

    /// A string.
    package static func string(_ text: String) -> JSONValue {
        guard let value = JSONValue.object({ $0.member("text", text) })["text"] else {
            preconditionFailure("an object has what was written into it")
        }
        return value
    }

    /// This object without the members `names`, and with what `body` writes in their place.
    package func replacing(
        _ names: Set<String>, _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> JSONValue {
        try .object { object in
            if let members = self.object {
                for (name, value) in members where !names.contains(name) { object.member(name, value) }
            }
            try body(&object)
        }
    }
}
