package import JSON

/// A JSON value that holds no others and compares exactly: no fractions.
///
/// Source: Client-Server API, "Push Rules", conditions, `event_property_is`.
package enum JSONScalar: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case boolean(Bool)
    case null

    /// nil for objects, arrays, and numbers that are no integers.
    package init?(_ value: JSONValue) {
        switch value.kind {
        case .string: self = .string(value.string ?? "")
        case .integer: self = .integer(value.int ?? 0)
        case .bool: self = .boolean(value.bool ?? false)
        case .null: self = .null
        case .double, .array, .object: return nil
        }
    }

    func write(_ name: String, to object: inout JSONWriter) {
        switch self {
        case .string(let value): object.member(name, value)
        case .integer(let value): object.member(name, value)
        case .boolean(let value): object.member(name, value)
        case .null: object.memberNull(name)
        }
    }
}
