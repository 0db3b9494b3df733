import Server

/// One key of the configuration: its name, type, unit, default and meaning. The example file, the environment
/// variables, the messages and the loader all come from these.
struct ConfigurationKey: Sendable {
    /// Dotted as in TOML: `http.deadlines.idle`.
    let name: String
    /// What is allowed, in words: `true or false`, `a duration from 1s to 1h`.
    let allowed: String
    /// Whether SIGHUP takes a new value.
    let isReloadable: Bool
    let summary: String
    /// The value in a configuration, as TOML writes it; nil when nothing is set.
    let render: @Sendable (ServerConfiguration) -> String?
    /// A value for the example file when the default is nothing.
    let example: String?
    /// Sets the value. Throws `ValueRejection` with what is allowed.
    let apply: @Sendable (inout ServerConfiguration, ConfigurationValue) throws(ValueRejection) -> Void

    /// `MADO_` and the name in capitals, dots as underscores: `MADO_HTTP_DEADLINES_IDLE`.
    var environmentName: String { "MADO_" + String(name.uppercased().map { $0 == "." ? "_" : $0 }) }
}

typealias ConfigurationPath<Value> = any WritableKeyPath<ServerConfiguration, Value> & Sendable

extension ConfigurationKey {
    /// - Parameters:
    ///   - parse: the value from text; nil when it is not allowed.
    ///   - render: as TOML writes it; nil when nothing is set.
    private static func make<Value: Sendable>(
        _ name: String, _ path: ConfigurationPath<Value>, allowed: String, reloadable: Bool, example: String? = nil,
        _ summary: String, render: @escaping @Sendable (Value) -> String?,
        parse: @escaping @Sendable (ConfigurationValue) -> Value?
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, allowed: allowed, isReloadable: reloadable, summary: summary,
            render: { render($0[keyPath: path]) }, example: example,
            apply: { (configuration, value) throws(ValueRejection) in
                guard let parsed = parse(value) else {
                    let found =
                        switch value {
                        case .string(let text): "\"\(text)\""
                        case .integer(let number): String(number)
                        default: value.typeName
                        }
                    throw ValueRejection(reason: "expected \(allowed), found \(found)")
                }
                configuration[keyPath: path] = parsed
            })
    }

    static func flag(
        _ name: String, _ path: ConfigurationPath<Bool>, reloadable: Bool = false, _ summary: String
    ) -> ConfigurationKey {
        make(name, path, allowed: "true or false", reloadable: reloadable, summary, render: { String($0) }) { value in
            switch value {
            case .boolean(let flag): flag
            case .untyped("true"): true
            case .untyped("false"): false
            default: nil
            }
        }
    }

    static func integer(
        _ name: String, _ path: ConfigurationPath<Int>, _ range: ClosedRange<Int>, reloadable: Bool = false,
        _ summary: String
    ) -> ConfigurationKey {
        make(
            name, path, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            reloadable: reloadable,
            summary, render: { String($0) }
        ) { value in
            let number: Int? =
                switch value {
                case .integer(let number): Int(number)
                case .untyped(let text): Int(text)
                default: nil
                }
            return number.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static func bytes(
        _ name: String, _ path: ConfigurationPath<Int>, _ range: ClosedRange<Int>, reloadable: Bool = false,
        _ summary: String
    ) -> ConfigurationKey {
        let from = ByteCountText.render(range.lowerBound)
        let to = ByteCountText.render(range.upperBound)
        return make(
            name, path, allowed: "a size from \(from) to \(to), in bytes or as \"64 KiB\" or \"1 MiB\"",
            reloadable: reloadable, summary, render: { TOMLText.render(ByteCountText.render($0)) }
        ) { value in
            let count: Int? =
                switch value {
                case .integer(let number): Int(number)
                case .string(let text), .untyped(let text): ByteCountText.parse(text)
                default: nil
                }
            return count.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static func duration(
        _ name: String, _ path: ConfigurationPath<Duration>, _ range: ClosedRange<Duration>, reloadable: Bool = false,
        _ summary: String
    ) -> ConfigurationKey {
        let from = DurationText.render(range.lowerBound)
        let to = DurationText.render(range.upperBound)
        return make(
            name, path,
            allowed: "a duration from \(from) to \(to), written like \"500ms\", \"30s\", \"5m\", \"2h\" or \"7d\"",
            reloadable: reloadable, summary, render: { TOMLText.render(DurationText.render($0)) }
        ) { value in
            switch value {
            case .string(let text), .untyped(let text):
                DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
            default: nil
            }
        }
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ path: ConfigurationPath<Value>, reloadable: Bool = false, _ summary: String
    ) -> ConfigurationKey {
        let choices = Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return make(
            name, path, allowed: "one of \(choices)", reloadable: reloadable, summary,
            render: { TOMLText.render($0.rawValue) }
        ) { value in
            switch value {
            case .string(let text), .untyped(let text): Value(rawValue: text)
            default: nil
            }
        }
    }

    /// - Parameter isAllowed: whether a text fits; `allowed` says the same in words.
    static func text(
        _ name: String, _ path: ConfigurationPath<String>, allowed: String, reloadable: Bool = false, _ summary: String,
        isAllowed: @escaping @Sendable (String) -> Bool
    ) -> ConfigurationKey {
        make(name, path, allowed: allowed, reloadable: reloadable, summary, render: { TOMLText.render($0) }) { value in
            switch value {
            case .string(let text), .untyped(let text): isAllowed(text) ? text : nil
            default: nil
            }
        }
    }

    /// An empty text stands for nothing.
    static func optional<Value: Sendable>(
        _ name: String, _ path: ConfigurationPath<Value?>, allowed: String, reloadable: Bool = false, example: String,
        _ summary: String, render: @escaping @Sendable (Value) -> String, parse: @escaping @Sendable (String) -> Value?
    ) -> ConfigurationKey {
        make(
            name, path, allowed: allowed, reloadable: reloadable, example: TOMLText.render(example), summary,
            render: { $0.map { TOMLText.render(render($0)) } }
        ) { value -> Value?? in
            switch value {
            case .string(""), .untyped(""): .some(nil)
            case .string(let text), .untyped(let text): parse(text).map { .some($0) }
            default: nil
            }
        }
    }

    /// A list of texts; in the environment with commas between them.
    static func list<Element: Sendable>(
        _ name: String, _ path: ConfigurationPath<[Element]>, allowed: String, canBeEmpty: Bool = true,
        reloadable: Bool = false, example: String? = nil, _ summary: String,
        render: @escaping @Sendable (Element) -> String, parse: @escaping @Sendable (String) -> Element?
    ) -> ConfigurationKey {
        make(
            name, path, allowed: allowed, reloadable: reloadable, example: example, summary,
            render: { list in "[" + list.map { TOMLText.render(render($0)) }.joined(separator: ", ") + "]" }
        ) { value in
            var texts: [String] = []
            switch value {
            case .list(let elements):
                for element in elements {
                    switch element {
                    case .string(let text), .untyped(let text): texts.append(text)
                    default: return nil
                    }
                }
            case .untyped(let text):
                texts = text.split(separator: ",").map { String($0.trimmingSpaces) }
            default: return nil
            }
            if texts.isEmpty, !canBeEmpty { return nil }
            var parsed: [Element] = []
            for text in texts {
                guard let element = parse(text) else { return nil }
                parsed.append(element)
            }
            return parsed
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = self.drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}

/// Texts as TOML writes them.
enum TOMLText {
    static func render(_ text: String) -> String {
        var rendered = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": rendered += "\\\""
            case "\\": rendered += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                rendered += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: rendered.unicodeScalars.append(scalar)
            }
        }
        return rendered + "\""
    }
}
