extension JSONWriter {
    /// A member that is a string.
    package mutating func member(_ key: String, _ value: String) {
        beginMember(key)
        append(value)
    }

    /// A member that is an integer.
    package mutating func member(_ key: String, _ value: Int) {
        beginMember(key)
        append(Int64(value))
    }

    /// A member that is an integer.
    package mutating func member(_ key: String, _ value: Int64) {
        beginMember(key)
        append(value)
    }

    /// A member that is `true` or `false`.
    package mutating func member(_ key: String, _ value: Bool) {
        beginMember(key)
        append(value)
    }

    /// A member that is a finite number.
    package mutating func member(_ key: String, _ value: Double) {
        beginMember(key)
        append(value)
    }

    /// A member that is a parsed value, its text as received.
    package mutating func member(_ key: String, _ value: JSONValue) {
        beginMember(key)
        append(value.bytes)
    }

    /// A member that is ready text.
    package mutating func member(_ key: String, _ value: RawJSON) {
        beginMember(key)
        append(value.bytes)
    }

    /// A member that is `null`.
    package mutating func memberNull(_ key: String) {
        beginMember(key)
        appendLiteral("null")
    }

    /// A member that is a string; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: String?) {
        if let value { member(key, value) }
    }

    /// A member that is an integer; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: Int?) {
        if let value { member(key, value) }
    }

    /// A member that is an integer; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: Int64?) {
        if let value { member(key, value) }
    }

    /// A member that is `true` or `false`; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: Bool?) {
        if let value { member(key, value) }
    }

    /// A member that is a finite number; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: Double?) {
        if let value { member(key, value) }
    }

    /// A member that is a parsed value, its text as received; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: JSONValue?) {
        if let value { member(key, value) }
    }

    /// A member that is ready text; nothing for nil.
    package mutating func memberIfPresent(_ key: String, _ value: RawJSON?) {
        if let value { member(key, value) }
    }
}
