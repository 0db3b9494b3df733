import CYAML
import Glibc

/// A YAML text as it stands: what a scalar means is for whoever reads it.
indirect enum YAMLValue: Equatable {
    /// `isPlain`: not in quotes.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLValue])
    case mapping([(key: String, value: YAMLValue)])

    static func == (one: YAMLValue, other: YAMLValue) -> Bool {
        switch (one, other) {
        case (.scalar(let one, let onePlain), .scalar(let other, let otherPlain)):
            one == other && onePlain == otherPlain
        case (.sequence(let one), .sequence(let other)): one == other
        case (.mapping(let one), .mapping(let other)):
            one.elementsEqual(other) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    subscript(key: String) -> YAMLValue? {
        guard case .mapping(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// Whether it is nothing: `null`, `~` or empty.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = self else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    var text: String? {
        guard case .scalar(let text, _) = self, !isNull else { return nil }
        return text
    }

    var bool: Bool? {
        guard case .scalar(let text, isPlain: true) = self else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: return nil
        }
    }

    var list: [YAMLValue]? {
        guard case .sequence(let elements) = self else { return nil }
        return elements
    }
}

/// Why a text is no YAML, or more of it than a small file needs.
struct YAMLError: Error, CustomStringConvertible {
    let description: String
}

/// Reads one YAML document by libyaml's events. References to other parts (`*name`) are refused, so that a small text
/// never becomes a large value.
struct YAMLReader: ~Copyable {
    private static let maximumDepth = 20
    private static let maximumValues = 10_000

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var values = 0

    /// - Throws: `YAMLError`.
    static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLValue {
        var reader = try YAMLReader()
        // The parser reads from memory that stays where it is until it is done.
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { copy.deallocate() }
        _ = copy.initialize(from: bytes)
        yaml_parser_set_input_string(reader.parser, copy.baseAddress, bytes.count)
        return try reader.document()
    }

    private init() throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(description: "no memory")
        }
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private enum Token {
        case scalar(String, isPlain: Bool)
        case sequence
        case mapping
        case end
        case other
    }

    private mutating func document() throws(YAMLError) -> YAMLValue {
        // The stream's beginning, the document's beginning.
        _ = try next()
        guard case .other = try next(), let value = try value(depth: 0) else {
            throw YAMLError(description: "the file is empty")
        }
        return value
    }

    /// nil at the end of what it stands in.
    private mutating func value(depth: Int) throws(YAMLError) -> YAMLValue? {
        guard depth < Self.maximumDepth else { throw error("it is too deep") }
        switch try next() {
        case .scalar(let text, let isPlain): return .scalar(text, isPlain: isPlain)
        case .sequence:
            var elements: [YAMLValue] = []
            while let element = try value(depth: depth + 1) { elements.append(element) }
            return .sequence(elements)
        case .mapping:
            var members: [(key: String, value: YAMLValue)] = []
            while let key = try value(depth: depth + 1) {
                guard case .scalar(let name, _) = key else { throw error("a key is no text") }
                guard !members.contains(where: { $0.key == name }) else { throw error("\(name) stands there twice") }
                guard let value = try value(depth: depth + 1) else { throw error("\(name) has no value") }
                members.append((name, value))
            }
            return .mapping(members)
        case .end: return nil
        case .other: throw error("it is not understood")
        }
    }

    private mutating func next() throws(YAMLError) -> Token {
        values += 1
        guard values < Self.maximumValues else { throw error("it is too large") }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw error(parser.pointee.problem.map { String(cString: $0) } ?? "it does not parse")
        }
        defer { yaml_event_delete(&event) }
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT: return .sequence
        case YAML_MAPPING_START_EVENT: return .mapping
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_ALIAS_EVENT: throw error("references (*name) are not understood")
        default: return .other
        }
    }

    private func error(_ reason: String) -> YAMLError {
        YAMLError(description: "line \(parser.pointee.mark.line + 1): \(reason)")
    }
}
