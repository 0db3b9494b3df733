import JSON
import MatrixAPI

/// A form: the content of `mado.form`, and what values fit it.
struct FormRules: Sendable {
    private static let maximumFields = 100

    let version: Int64
    let fields: [FormField]

    /// - Throws: `M_INVALID_PARAM`, with what is wrong.
    init(_ form: JSONValue) throws {
        guard let title = form["title"]?.string, (1...200).contains(title.count) else {
            throw Self.invalid("it has no title")
        }
        version = form["version"]?.int ?? 1
        guard let list = form["fields"]?.array, (1...Self.maximumFields).contains(list.count) else {
            throw Self.invalid("it has 1 to \(Self.maximumFields) fields")
        }
        fields = try list.map(FormField.init)
        guard Set(fields.map(\.name)).count == fields.count else { throw Self.invalid("two fields have the same name") }
    }

    static func invalid(_ reason: String) -> MatrixError { MatrixError.invalidParam("This is no form: \(reason)") }

    /// A file that a field names.
    struct File: Sendable {
        let field: String
        let uri: ContentURI
        let name: String
        let type: String
    }

    /// What a submission says, field by field; fields that were left empty are absent.
    struct Values: Sendable {
        enum Value: Sendable {
            case text(String)
            case several([String])
            case check(Bool)
            case file(File)
        }

        var all: [(name: String, value: Value)] = []

        init(all: [(name: String, value: Value)] = []) { self.all = all }

        /// What was checked when it was submitted, and may not fit the form of today.
        init(accepted fields: JSONValue) {
            for (name, value) in fields.object.map(Array.init) ?? [] {
                if let text = value.string ?? value.int.map(String.init) {
                    all.append((name, .text(text)))
                } else if let isChecked = value.bool {
                    all.append((name, .check(isChecked)))
                } else if let list = value.array {
                    all.append((name, .several(list.compactMap(\.string))))
                } else if let uri = ContentURI(value["url"]?.string ?? "") {
                    let type = value["mimetype"]?.string ?? "application/octet-stream"
                    let file = File(field: name, uri: uri, name: value["name"]?.string ?? name, type: type)
                    all.append((name, .file(file)))
                }
            }
        }

        var files: [File] {
            all.compactMap { if case .file(let file) = $0.value { file } else { nil } }
        }
    }

    /// Checks what somebody filled in.
    /// - Throws: `M_INVALID_PARAM` with `fields`: for each field that does not fit, why.
    func check(_ values: JSONValue) throws -> Values {
        guard let members = values.object else { throw MatrixError.badJSON("fields must be an object") }
        var reasons: [(String, String)] = []
        var checked = Values()
        let known = Set(fields.map(\.name))
        for (name, _) in members where !known.contains(name) { reasons.append((name, "The form has no such field")) }
        for field in fields {
            do throws(FieldError) {
                if let value = try field.check(values[field.name]) { checked.all.append((field.name, value)) }
            } catch {
                reasons.append((field.name, error.reason))
            }
        }
        guard reasons.isEmpty else { throw Self.refusal(reasons) }
        return checked
    }

    static func refusal(_ reasons: [(String, String)]) -> MatrixError {
        let fields = JSONValue.object { object in for (name, reason) in reasons { object.member(name, reason) } }
        return MatrixError(
            400, .invalidParam, "Some fields do not fit the form", extra: [("fields", RawJSON(Array(fields.bytes)))])
    }
}

/// Why a value does not fit its field, for the person who filled it in.
struct FieldError: Error {
    let reason: String
}

extension FormField {
    /// The value, checked; nil when nothing was filled in and nothing has to be.
    func check(_ value: JSONValue?) throws(FieldError) -> FormRules.Values.Value? {
        guard let value, !value.isNull, !isEmpty(value) else {
            if isRequired { throw FieldError(reason: "Must be filled in") }
            return nil
        }
        switch kind {
        case .text, .multiline: return .text(try text(value))
        case .number: return .text(try number(value))
        case .date: return .text(try moment(value, FormDate.isDate, "a date like 2026-11-27"))
        case .time: return .text(try moment(value, FormDate.isTime, "a time like 08:30"))
        case .choice:
            guard let chosen = value.string, options.contains(chosen) else {
                throw FieldError(reason: "Must be one of the options")
            }
            return .text(chosen)
        case .choices: return .several(try choices(value))
        case .check:
            guard let isChecked = value.bool else { throw FieldError(reason: "Must be true or false") }
            return .check(isChecked)
        case .picture, .file: return .file(try file(value))
        }
    }

    /// A required check must be checked; a required text must have something in it.
    private func isEmpty(_ value: JSONValue) -> Bool {
        switch kind {
        case .check: value.bool == false && isRequired
        case .choices: value.array?.isEmpty ?? false
        default: value.string?.allSatisfy(\.isWhitespace) ?? false
        }
    }

    private func text(_ value: JSONValue) throws(FieldError) -> String {
        guard let text = value.string else { throw FieldError(reason: "Must be a text") }
        guard text.count <= maximumLength else { throw FieldError(reason: "Has more than \(maximumLength) characters") }
        if kind == .text, text.contains(where: \.isNewline) { throw FieldError(reason: "Must be one line") }
        if text.unicodeScalars.contains("\u{0}") { throw FieldError(reason: "Has a character that no text has") }
        return text
    }

    private func number(_ value: JSONValue) throws(FieldError) -> String {
        let text = value.string ?? value.int.map(String.init) ?? ""
        let isPlain = text.utf8.allSatisfy { "0123456789.-".utf8.contains($0) }
        guard isPlain, text.utf8.count <= 40, let number = Double(text) else {
            throw FieldError(reason: "Must be a number")
        }
        if let least = bound(minimum), number < least { throw FieldError(reason: "Must be at least \(shown(minimum))") }
        if let most = bound(maximum), number > most { throw FieldError(reason: "Must be at most \(shown(maximum))") }
        return text
    }

    private func bound(_ value: JSONValue?) -> Double? {
        value.flatMap { $0.double ?? $0.string.flatMap { Double($0) } }
    }

    private func shown(_ value: JSONValue?) -> String {
        value.map { $0.string ?? String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }

    private func moment(
        _ value: JSONValue, _ isMoment: (String) -> Bool, _ words: String
    ) throws(FieldError) -> String {
        guard let text = value.string, isMoment(text) else { throw FieldError(reason: "Must be \(words)") }
        if let least = minimum?.string, text < least { throw FieldError(reason: "Must not be before \(least)") }
        if let most = maximum?.string, text > most { throw FieldError(reason: "Must not be after \(most)") }
        return text
    }

    private func choices(_ value: JSONValue) throws(FieldError) -> [String] {
        guard let list = value.array else { throw FieldError(reason: "Must be a list") }
        var chosen: [String] = []
        for entry in list {
            guard let option = entry.string, options.contains(option), !chosen.contains(option) else {
                throw FieldError(reason: "Must be some of the options, each once")
            }
            chosen.append(option)
        }
        return chosen
    }

    private func file(_ value: JSONValue) throws(FieldError) -> FormRules.File {
        guard let uri = ContentURI(value["url"]?.string ?? "") else {
            throw FieldError(reason: "Must be a file that was uploaded")
        }
        let type = value["mimetype"]?.string ?? "application/octet-stream"
        if kind == .picture, !type.hasPrefix("image/") { throw FieldError(reason: "Must be a picture") }
        return FormRules.File(field: name, uri: uri, name: value["name"]?.string ?? name, type: type)
    }
}
