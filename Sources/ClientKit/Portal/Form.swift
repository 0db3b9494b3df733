import JSON

/// What an application asks for: the content of `mado.form`.
package struct Form: Sendable, Equatable {
    package struct Option: Sendable, Equatable {
        package var value: String
        package var label: String
    }

    package struct Field: Sendable, Equatable, Identifiable {
        package enum Kind: String, Sendable, Equatable {
            case text, multiline, number, date, time, choice, choices, check, picture, file
        }

        package var name: String
        package var kind: Kind
        package var label: String
        package var isRequired: Bool
        package var hint: String
        package var options: [Option]
        package var minimum: String?
        package var maximum: String?
        package var maximumLength: Int?
        package var initial: FormValue?
        package var id: String { name }
    }

    package var title: String
    package var text: String
    package var submitLabel: String?
    package var version: Int64
    package var fields: [Field]

    /// nil when it has no field that this program knows, or one whose name is used twice.
    init?(_ content: JSONValue?) {
        guard let content, let list = content["fields"]?.array else { return nil }
        fields = list.compactMap { Field($0) }
        guard !fields.isEmpty, Set(fields.map(\.name)).count == fields.count else { return nil }
        title = content["title"]?.string ?? ""
        text = content["description"]?.string ?? ""
        submitLabel = content["submit_label"]?.string
        version = content["version"]?.int ?? 1
    }
}

extension Form.Field {
    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, !name.isEmpty, let kind = value["type"]?.string.flatMap(Kind.init)
        else { return nil }
        self.name = name
        self.kind = kind
        label = value["label"]?.string ?? name
        isRequired = value["required"]?.bool ?? false
        hint = value["hint"]?.string ?? ""
        options =
            value["options"]?.array?.compactMap { option in
                option["value"]?.string.map { Form.Option(value: $0, label: option["label"]?.string ?? $0) }
            } ?? []
        minimum = Self.limit(value["min"])
        maximum = Self.limit(value["max"])
        maximumLength = value["max_length"]?.int.map { Int(clamping: $0) }
        initial = value["default"].flatMap { FormValue($0) }
    }

    /// Limits are numbers, or strings for decimals and dates.
    private static func limit(_ value: JSONValue?) -> String? { value?.string ?? value?.int.map { String($0) } }
}

/// What is entered into one field.
package enum FormValue: Sendable, Equatable {
    case text(String)
    case list([String])
    case flag(Bool)
    case file(FormFile)

    init?(_ value: JSONValue) {
        if let text = value.string {
            self = .text(text)
        } else if let flag = value.bool {
            self = .flag(flag)
        } else if let number = value.int {
            self = .text(String(number))
        } else if let list = value.array {
            self = .list(list.compactMap(\.string))
        } else if let file = FormFile(value) {
            self = .file(file)
        } else {
            return nil
        }
    }

    package var isEmpty: Bool {
        switch self {
        case .text(let text): text.allSatisfy(\.isWhitespace)
        case .list(let list): list.isEmpty
        case .flag(let isOn): !isOn
        case .file: false
        }
    }
}

/// A file that goes with a form. Until it is sent it is a copy of the program's own.
package struct FormFile: Sendable, Equatable {
    /// Empty once the server has it.
    package var path: String
    package var name: String
    package var mimeType: String
    /// Bytes.
    package var size: Int64
    /// `mxc://`, once it is uploaded.
    package var upload: String?

    package init(path: String, name: String, mimeType: String, size: Int64 = 0) {
        self.path = path
        self.name = name
        self.mimeType = mimeType
        self.size = size
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string else { return nil }
        self.init(
            path: value["path"]?.string ?? "", name: name,
            mimeType: value["mimetype"]?.string ?? "application/octet-stream", size: value["size"]?.int ?? 0)
        upload = value["url"]?.string
    }
}
