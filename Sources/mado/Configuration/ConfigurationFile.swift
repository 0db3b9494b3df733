import CToml
import Server

/// What a TOML file says: its values with their places, not yet judged.
struct ConfigurationFile {
    struct Entry {
        let key: String
        /// nil: a table.
        let value: ConfigurationValue?
        let line: Int
        let column: Int
    }

    let path: String
    let entries: [Entry]

    /// - Throws: `ConfigurationError` when the file cannot be read or is not TOML, with line and column.
    init(reading path: String) throws(ConfigurationError) {
        let text: [UInt8]
        do throws(SystemError) {
            text = try SystemFile.read(path)
        } catch {
            throw ConfigurationError(source: .whole, key: nil, reason: error.description)
        }
        try self.init(parsing: text, path: path)
    }

    /// - Parameter path: for messages.
    init(parsing text: [UInt8], path: String) throws(ConfigurationError) {
        self.path = path
        let parsed = text.withUnsafeBytes { ctoml_parse($0.baseAddress, $0.count) }
        guard let parsed else { throw ConfigurationError(source: .whole, key: nil, reason: "\(path): out of memory") }
        defer { ctoml_free(parsed) }
        if let error = parsed.pointee.error {
            let source = ConfigurationError.Source.file(
                path, line: Int(parsed.pointee.error_line), column: Int(parsed.pointee.error_column))
            throw ConfigurationError(source: source, key: nil, reason: String(cString: error))
        }
        var rest = UnsafeBufferPointer(start: parsed.pointee.entries, count: parsed.pointee.count)[...]
        var entries: [Entry] = []
        while let entry = rest.popFirst() {
            let value: ConfigurationValue?
            switch entry.type {
            case CTOML_TABLE: value = nil
            case CTOML_ARRAY:
                value = .list(rest.prefix(Int(entry.integer)).map(Self.scalar))
                rest = rest.dropFirst(Int(entry.integer))
            default: value = Self.scalar(entry)
            }
            let place = (line: Int(entry.line), column: Int(entry.column))
            entries.append(Entry(key: String(cString: entry.key), value: value, line: place.line, column: place.column))
        }
        // toml++ keeps tables sorted by name; people read messages in the order of their file.
        self.entries = entries.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private static func scalar(_ entry: ctoml_entry) -> ConfigurationValue {
        switch entry.type {
        case CTOML_STRING:
            let bytes = UnsafeRawBufferPointer(start: entry.text, count: entry.text_length)
            return .string(String(decoding: bytes, as: UTF8.self))
        case CTOML_INTEGER: return .integer(entry.integer)
        case CTOML_FLOAT: return .float(entry.number)
        case CTOML_BOOLEAN: return .boolean(entry.integer != 0)
        default: return .other
        }
    }
}
