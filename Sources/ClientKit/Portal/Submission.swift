import JSON

/// A form that was filled in.
package struct Submission: Sendable, Equatable, Identifiable {
    package enum State: Sendable, Equatable {
        /// In the outbox.
        case waiting
        /// The server will not take it; what is wrong by field.
        case refused(reason: String, fields: [String: String])
        case accepted
        case answered(Answer)
        case failed(Answer?)
    }

    package struct Answer: Sendable, Equatable {
        package var title: String?
        package var text: String
        /// As received: ``MessageHTML`` makes of it what may be drawn.
        package var html: String?
        /// Milliseconds since 1970.
        package var timestamp: Int64?
    }

    /// Chosen here.
    package let id: String
    package let roomID: String
    package var state: State
    package var values: [String: FormValue]
    /// Milliseconds since 1970.
    package var created: Int64
}

extension Submission {
    /// The room account data that brings an answer.
    static let answerType = "mado.submission."

    /// What an answer says; nil for what is none.
    static func state(of content: JSONValue) -> State? {
        switch content["state"]?.string {
        case "answered": .answered(Answer(content))
        case "failed": .failed(content["body"] == nil ? nil : Answer(content))
        case "accepted": .accepted
        default: nil
        }
    }
}

extension Submission.Answer {
    init(_ content: JSONValue) {
        title = content["title"]?.string
        text = content["body"]?.string ?? ""
        html = content["formatted_body"]?.string
        timestamp = content["answered_ts"]?.int
    }
}

/// What an outbox entry of a submission holds.
struct SubmissionContent: Sendable, Equatable {
    var version: Int64
    var values: [String: FormValue]
    /// Why the server refused, by field.
    var problems: [String: String] = [:]

    /// Copies that wait to be sent.
    var files: [String] {
        values.values.compactMap {
            if case .file(let file) = $0, !file.path.isEmpty { return file.path }
            return nil
        }
    }

    init(version: Int64, values: [String: FormValue]) {
        self.version = version
        self.values = values
    }

    init?(_ value: JSONValue?) {
        guard let value, let fields = value["fields"]?.object else { return nil }
        version = value["version"]?.int ?? 1
        values = [:]
        for (name, field) in fields { if let read = FormValue(field) { values[name] = read } }
        for (name, reason) in value["problems"]?.object?.map({ ($0.key, $0.value) }) ?? [] {
            problems[name] = reason.string
        }
    }

    /// As it is kept, with the places of files.
    func write(to object: inout JSONWriter) {
        object.member("version", version)
        object.object("fields") { write(to: &$0, keepsPaths: true) }
        object.object("problems") { problems in
            for (name, reason) in self.problems.sorted(by: { $0.key < $1.key }) { problems.member(name, reason) }
        }
    }

    /// As it is sent. The same content always makes the same bytes, by which the server knows it again.
    func body(created: Int64) -> [UInt8] {
        JSONWriter.object { object in
            object.member("version", version)
            object.member("created_ts", created)
            object.object("fields") { write(to: &$0, keepsPaths: false) }
        }
    }

    private func write(to object: inout JSONWriter, keepsPaths: Bool) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .text(let text): object.member(name, text)
            case .flag(let isOn): object.member(name, isOn)
            case .list(let list): object.array(name) { array in for item in list { array.value(item) } }
            case .file(let file):
                object.object(name) { object in
                    object.memberIfPresent("url", file.upload)
                    object.member("name", file.name)
                    object.member("mimetype", file.mimeType)
                    object.member("size", file.size)
                    if keepsPaths { object.member("path", file.path) }
                }
            }
        }
    }
}
