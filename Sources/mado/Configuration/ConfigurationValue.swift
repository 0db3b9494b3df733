/// A value as written: by TOML with its own type, or as text in the environment and on the command line.
enum ConfigurationValue: Equatable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case list([ConfigurationValue])
    /// Something that TOML has and no key takes (dates, tables in lists).
    case other
    /// Text whose type the key decides: booleans as true/false, lists with commas.
    case untyped(String)

    /// What it is, for messages.
    var typeName: String {
        switch self {
        case .string: "a text"
        case .integer: "a whole number"
        case .float: "a number with a fraction"
        case .boolean: "true or false"
        case .list: "a list"
        case .other: "a date or table"
        case .untyped(let text): "\"\(text)\""
        }
    }
}
