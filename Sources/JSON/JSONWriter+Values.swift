extension JSONWriter {
    /// An element of an array, or the one value at the top: a string.
    package mutating func value(_ value: String) {
        beginValue()
        append(value)
    }

    /// An element of an array, or the one value at the top: an integer.
    package mutating func value(_ value: Int) {
        beginValue()
        append(Int64(value))
    }

    /// An element of an array, or the one value at the top: an integer.
    package mutating func value(_ value: Int64) {
        beginValue()
        append(value)
    }

    /// An element of an array, or the one value at the top: `true` or `false`.
    package mutating func value(_ value: Bool) {
        beginValue()
        append(value)
    }

    /// An element of an array, or the one value at the top: a finite number.
    package mutating func value(_ value: Double) {
        beginValue()
        append(value)
    }

    /// An element of an array, or the one value at the top: a parsed value, its text as received.
    package mutating func value(_ value: JSONValue) {
        beginValue()
        append(value.bytes)
    }

    /// An element of an array, or the one value at the top: ready text.
    package mutating func value(_ value: RawJSON) {
        beginValue()
        append(value.bytes)
    }

    /// An element of an array, or the one value at the top: `null`.
    package mutating func null() {
        beginValue()
        appendLiteral("null")
    }
}
