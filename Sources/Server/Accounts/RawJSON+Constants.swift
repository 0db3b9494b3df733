import JSON
import MatrixAPI

extension RawJSON {
    static let `true` = RawJSON(Array("true".utf8))
    static let `false` = RawJSON(Array("false".utf8))
    static let emptyObject = RawJSON(Array("{}".utf8))
}

extension JSONValue {
    /// A text of our own or the store's as a value.
    /// - Throws: `JSONError` when it is damaged.
    static func stored(_ bytes: [UInt8]) throws(JSONError) -> JSONValue { try parse(bytes, limits: .stored) }
}
