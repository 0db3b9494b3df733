import JSON

/// What holds for every sequence of bytes, checked by the fuzzer and by the replay of its findings.
///
/// An accepted text is UTF-8; written again from its values it parses to equal values; each part parses by itself; the
/// canonical form holds the same values and is its own canonical form. A refused text names an offset inside it.
enum JSONInvariants {
    /// The invariant that `bytes` breaks, or nil.
    static func violation(by bytes: [UInt8]) -> String? {
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes)
        } catch {
            return (0...bytes.count).contains(error.offset) ? nil : "the error lies outside the text: \(error)"
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { return "accepted text that is not UTF-8" }
        return rewriting(value) ?? parts(of: value) ?? canonical(value)
    }

    private static func rewriting(_ value: JSONValue) -> String? {
        var spliced = JSONWriter()
        spliced.value(value)
        guard spliced.bytes == Array(value.bytes) else { return "a spliced value is not its text" }
        var writer = JSONWriter()
        write(value, &writer)
        guard let again = try? JSONValue.parse(writer.bytes) else { return "what was written does not parse" }
        return isEqual(value, again) ? nil : "what was written parses to another value"
    }

    private static func parts(of value: JSONValue) -> String? {
        let children = value.array.map { Array($0) } ?? value.object.map { $0.map(\.value) } ?? []
        guard children.count == value.count else { return "the count is not the number of children" }
        for child in children {
            guard let alone = try? JSONValue.parse(Array(child.bytes)) else { return "a part does not parse" }
            guard isEqual(child, alone) else { return "a part parses to another value" }
        }
        return nil
    }

    private static func canonical(_ value: JSONValue) -> String? {
        let text: [UInt8]
        do {
            text = try value.canonical()
        } catch {
            guard case .notCanonical = error else { return "no canonical form for another reason: \(error)" }
            return nil
        }
        guard let again = try? JSONValue.parse(text) else { return "the canonical form does not parse" }
        guard isEqual(value, again, anyOrder: true) else { return "the canonical form is another value" }
        guard (try? again.canonical()) == text else { return "the canonical form is not its own" }
        return nil
    }

    /// Writes a value from its decoded parts, not its text.
    private static func write(_ value: JSONValue, _ writer: inout JSONWriter) {
        switch value.kind {
        case .null: writer.null()
        case .bool: writer.value(value.bool!)
        case .integer: writer.value(value.int!)
        case .double: writer.value(value.double!)
        case .string: writer.value(value.string!)
        case .array: writer.array { for element in value.array! { write(element, &$0) } }
        case .object: writer.object { for (key, member) in value.object! { write(member, key, &$0) } }
        }
    }

    private static func write(_ value: JSONValue, _ key: String, _ writer: inout JSONWriter) {
        switch value.kind {
        case .null: writer.memberNull(key)
        case .bool: writer.member(key, value.bool!)
        case .integer: writer.member(key, value.int!)
        case .double: writer.member(key, value.double!)
        case .string: writer.member(key, value.string!)
        case .array: writer.array(key) { for element in value.array! { write(element, &$0) } }
        case .object: writer.object(key) { for (key, member) in value.object! { write(member, key, &$0) } }
        }
    }

    /// Whether two values are equal. In any order of members also `1e2` equals `100`, as in the canonical form.
    private static func isEqual(_ left: JSONValue, _ right: JSONValue, anyOrder: Bool = false) -> Bool {
        guard left.kind == right.kind || anyOrder && left.kind == .double, left.count == right.count else {
            return false
        }
        switch left.kind {
        case .null: return true
        case .bool: return left.bool == right.bool
        case .integer: return left.int == right.int
        case .double: return left.double == right.double
        case .string: return left.string!.utf8.elementsEqual(right.string!.utf8)
        case .array: return zip(left.array!, right.array!).allSatisfy { isEqual($0, $1, anyOrder: anyOrder) }
        case .object where anyOrder:
            return left.object!.allSatisfy { member in
                right[member.key].map { isEqual(member.value, $0, anyOrder: true) } ?? false
            }
        case .object:
            return zip(left.object!, right.object!).allSatisfy {
                $0.key.utf8.elementsEqual($1.key.utf8) && isEqual($0.value, $1.value)
            }
        }
    }
}
