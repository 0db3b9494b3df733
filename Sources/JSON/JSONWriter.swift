/// Appends JSON text to one byte array and puts the commas and colons itself.
///
/// Traps on misuse: a member outside an object, a bare value inside one, a second value at the top, text taken while
/// a container is open. It does not look for duplicate keys. After a body that threw, the writer is of no more use.
package struct JSONWriter {
    private enum Container { case top, array, object }

    private var output: [UInt8] = []
    private var container = Container.top
    private var needsComma = false

    /// - Parameter reserving: the bytes to make room for at once.
    package init(reserving: Int = 256) { output.reserveCapacity(reserving) }

    /// The finished text; empty when nothing was written.
    package var bytes: [UInt8] {
        precondition(container == .top, "JSON text taken while a container is open")
        return output
    }

    /// The text of one object. Reserve its size if it is known and large: growing costs more than splicing.
    package static func object(
        reserving: Int = 256, _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> [UInt8] {
        var writer = JSONWriter(reserving: reserving)
        try writer.object(body)
        return writer.output
    }

    /// The text of one array. Reserve its size if it is known and large: growing costs more than splicing.
    package static func array(
        reserving: Int = 256, _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> [UInt8] {
        var writer = JSONWriter(reserving: reserving)
        try writer.array(body)
        return writer.output
    }

    /// An object as an element of an array or at the top.
    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginValue()
        try appendObject(body)
    }

    /// An array as an element of an array or at the top.
    package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginValue()
        try appendArray(body)
    }

    /// An object as a member.
    package mutating func object(_ key: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        beginMember(key)
        try appendObject(body)
    }

    /// An array as a member.
    package mutating func array(_ key: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        beginMember(key)
        try appendArray(body)
    }

    private mutating func appendObject(_ body: (inout JSONWriter) throws -> Void) rethrows {
        let outer = container
        container = .object
        needsComma = false
        output.append(UInt8(ascii: "{"))
        try body(&self)
        output.append(UInt8(ascii: "}"))
        container = outer
        needsComma = true
    }

    private mutating func appendArray(_ body: (inout JSONWriter) throws -> Void) rethrows {
        let outer = container
        container = .array
        needsComma = false
        output.append(UInt8(ascii: "["))
        try body(&self)
        output.append(UInt8(ascii: "]"))
        container = outer
        needsComma = true
    }

    /// What stands before an element, or before the one value at the top.
    mutating func beginValue() {
        precondition(container != .object, "JSON value without a key in an object")
        if needsComma {
            precondition(container == .array, "second JSON value at the top")
            output.append(UInt8(ascii: ","))
        }
        needsComma = true
    }

    /// What stands before a member's value.
    mutating func beginMember(_ key: String) {
        precondition(container == .object, "JSON member outside an object")
        if needsComma { output.append(UInt8(ascii: ",")) }
        needsComma = true
        append(key)
        output.append(UInt8(ascii: ":"))
    }

    mutating func append(_ value: String) { JSONString.appendQuoted(value.utf8Span.span, to: &output) }

    mutating func append(_ value: Int64) { JSONNumber.append(value, to: &output) }

    mutating func append(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinity and no NaN")
        output.append(contentsOf: value.description.utf8)
    }

    mutating func append(_ value: Bool) { appendLiteral(value ? "true" : "false") }

    mutating func append(_ text: ArraySlice<UInt8>) {
        text.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    mutating func appendLiteral(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
