package import JSON
package import MatrixAPI

extension JSONValue {
    /// `{}`
    package static let emptyObject: JSONValue = {
        guard let value = try? JSONValue.parse(Array("{}".utf8)) else { preconditionFailure("{} does not parse") }
        return value
    }()
}

/// Members of request bodies, with the errors that the specification names.
extension JSONValue {
    /// - Throws: `M_MISSING_PARAM` when absent or null.
    package func required(_ key: String) throws -> JSONValue {
        guard let value = self[key], !value.isNull else { throw MatrixError.missingParam(key) }
        return value
    }

    /// - Throws: `M_MISSING_PARAM` when absent, `M_BAD_JSON` when not a string.
    package func requiredString(_ key: String) throws -> String {
        guard let string = try required(key).string else { throw MatrixError.badJSON("\(key) must be a string") }
        return string
    }

    /// nil when absent or null.
    /// - Throws: `M_BAD_JSON` when not a string.
    package func optionalString(_ key: String) throws -> String? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let string = value.string else { throw MatrixError.badJSON("\(key) must be a string") }
        return string
    }

    /// nil when absent or null.
    /// - Throws: `M_BAD_JSON` when not an integer.
    package func optionalInt(_ key: String) throws -> Int64? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let int = value.int else { throw MatrixError.badJSON("\(key) must be an integer") }
        return int
    }

    /// nil when absent or null.
    /// - Throws: `M_BAD_JSON` when not a boolean.
    package func optionalBool(_ key: String) throws -> Bool? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let bool = value.bool else { throw MatrixError.badJSON("\(key) must be true or false") }
        return bool
    }

    /// nil when absent or null.
    /// - Throws: `M_BAD_JSON` when not an object.
    package func optionalObject(_ key: String) throws -> JSONValue? {
        guard let value = self[key], !value.isNull else { return nil }
        guard value.isObject else { throw MatrixError.badJSON("\(key) must be an object") }
        return value
    }

    /// The elements; empty when absent or null.
    /// - Throws: `M_BAD_JSON` when not an array.
    package func optionalArray(_ key: String) throws -> [JSONValue] {
        guard let value = self[key], !value.isNull else { return [] }
        guard let array = value.array else { throw MatrixError.badJSON("\(key) must be an array") }
        return Array(array)
    }

    /// - Throws: `M_BAD_JSON` when not an array of strings.
    package func optionalStrings(_ key: String) throws -> [String] {
        try optionalArray(key).map { element in
            guard let string = element.string else { throw MatrixError.badJSON("\(key) must be an array of strings") }
            return string
        }
    }

    /// - Throws: `M_MISSING_PARAM` when absent, `M_INVALID_PARAM` when not a user identifier.
    package func requiredUserID(_ key: String) throws -> UserID {
        guard let id = UserID(try requiredString(key)) else {
            throw MatrixError.invalidParam("\(key) is not a user ID")
        }
        return id
    }
}
