internal import JSON

/// Reads the members of one object of a filter. A member that is absent or null counts as not given.
struct FilterReader {
    private let object: JSONValue
    private let path: String

    /// - Parameter path: how errors name the object; empty for the filter itself.
    init(_ value: JSONValue, _ path: String) throws(FilterError) {
        guard value.isObject else { throw FilterError(path.isEmpty ? "The whole" : path, "an object") }
        object = value
        self.path = path
    }

    private func member(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    private func error(_ name: String, _ expected: String) -> FilterError {
        FilterError(path.isEmpty ? name : "\(path).\(name)", expected)
    }

    func object(_ name: String) throws(FilterError) -> FilterReader? {
        guard let value = member(name) else { return nil }
        return try FilterReader(value, path.isEmpty ? name : "\(path).\(name)")
    }

    func flag(_ name: String) throws(FilterError) -> Bool? {
        guard let value = member(name) else { return nil }
        guard let flag = value.bool else { throw error(name, "true or false") }
        return flag
    }

    func choice(_ name: String, of choices: [String]) throws(FilterError) -> String? {
        guard let value = member(name) else { return nil }
        guard let string = value.string, choices.contains(string) else {
            throw error(name, "one of \(choices.joined(separator: ", "))")
        }
        return string
    }

    /// A number of events, at most `maximum`.
    func limit(_ name: String, maximum: Int) throws(FilterError) -> Int? {
        guard let value = member(name) else { return nil }
        guard let number = value.int, number >= 0 else { throw error(name, "an integer greater than 0") }
        return number > maximum ? maximum : Int(number)
    }

    func strings(_ name: String) throws(FilterError) -> [String]? {
        guard let value = member(name) else { return nil }
        guard let array = value.array else { throw error(name, "an array of strings") }
        var strings: [String] = []
        strings.reserveCapacity(array.count)
        for element in array {
            guard let string = element.string else { throw error(name, "an array of strings") }
            strings.append(string)
        }
        return strings
    }

    func identifiers<ID: MatrixIdentifier>(_ name: String) throws(FilterError) -> Set<ID>? {
        guard let strings = try strings(name) else { return nil }
        var identifiers: Set<ID> = []
        for string in strings {
            guard let identifier = ID(string) else { throw error(name, "an array of identifiers") }
            identifiers.insert(identifier)
        }
        return identifiers
    }

    func types(_ name: String) throws(FilterError) -> EventTypeSet? {
        guard let strings = try strings(name) else { return nil }
        guard let set = EventTypeSet(strings) else {
            throw error(name, "at most \(EventTypeSet.maximumPatterns) patterns of at most 255 bytes")
        }
        return set
    }
}
