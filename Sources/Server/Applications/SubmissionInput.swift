import JSON
import MatrixAPI
import Store

/// What a program reads of a submission, in one of the forms that programs know.
struct SubmissionInput {
    /// A file that was put into the program's folder.
    struct File: Sendable {
        let field: String
        let path: String
        let name: String
        let type: String
        let size: Int64
        /// Its bytes, where they stand in the input itself.
        var bytes: [UInt8] = []
    }

    let type: String
    let body: [UInt8]

    init(
        _ input: StoredApplication.Input, _ submission: StoredSubmission, id: String, application: String,
        _ values: FormRules.Values, _ files: [File]
    ) {
        switch input {
        case .json:
            type = "application/json"
            body = Self.json(submission, id: id, application: application, values, files)
        case .urlencoded:
            type = "application/x-www-form-urlencoded"
            body = Self.urlencoded(values, files)
        case .multipart:
            // In no file: it cannot be guessed.
            let boundary = "mado-" + RandomBytes.token(18)
            type = "multipart/form-data; boundary=\(boundary)"
            body = Self.multipart(values, files, boundary)
        }
    }

    private static func json(
        _ submission: StoredSubmission, id: String, application: String, _ values: FormRules.Values, _ files: [File]
    ) -> [UInt8] {
        JSONWriter.object { object in
            object.member("submission_id", id)
            object.member("application", application)
            object.member("user_id", submission.user.string)
            object.member("created_ts", submission.created)
            object.object("fields") { fields in
                for (name, value) in values.all {
                    switch value {
                    case .text(let text): fields.member(name, text)
                    case .several(let chosen): fields.array(name) { list in for one in chosen { list.value(one) } }
                    case .check(let isChecked): fields.member(name, isChecked)
                    case .file:
                        guard let file = files.first(where: { $0.field == name }) else { continue }
                        fields.object(name) { entry in
                            entry.member("path", file.path)
                            entry.member("name", file.name)
                            entry.member("mimetype", file.type)
                            entry.member("size", file.size)
                        }
                    }
                }
            }
        }
    }

    /// Names and values, as a page's form without files has them; a file's value is its path.
    private static func pairs(_ values: FormRules.Values, _ files: [File]) -> [(name: String, value: String)] {
        values.all.flatMap { name, value -> [(String, String)] in
            switch value {
            case .text(let text): [(name, text)]
            case .several(let chosen): chosen.map { (name, $0) }
            case .check(let isChecked): isChecked ? [(name, "on")] : []
            case .file: files.filter { $0.field == name }.map { (name, $0.path) }
            }
        }
    }

    private static func urlencoded(_ values: FormRules.Values, _ files: [File]) -> [UInt8] {
        Array(
            pairs(values, files).map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&").utf8)
    }

    /// Source: URL Standard, "application/x-www-form-urlencoded serializing".
    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2A, 0x2D, 0x2E, 0x5F: bytes.append(byte)
            case 0x20: bytes.append(UInt8(ascii: "+"))
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Source: RFC 7578.
    private static func multipart(_ values: FormRules.Values, _ files: [File], _ boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        func part(_ name: String, _ more: String, _ bytes: [UInt8]) {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(quoted(name))\"\(more)\r\n\r\n".utf8
            body += bytes
            body += "\r\n".utf8
        }
        let names = Set(files.map(\.field))
        for (name, value) in pairs(values, []) where !names.contains(name) { part(name, "", Array(value.utf8)) }
        for file in files {
            part(
                file.field, "; filename=\"\(quoted(file.name))\"\r\nContent-Type: \(line(file.type))", file.bytes)
        }
        body += "--\(boundary)--\r\n".utf8
        return body
    }

    /// As browsers write it: what would end the text or the line is escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "%22"
            case "\r": quoted += "%0D"
            case "\n": quoted += "%0A"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }

    private static func line(_ text: String) -> String { String(text.unicodeScalars.filter { $0.value >= 0x20 }) }
}
