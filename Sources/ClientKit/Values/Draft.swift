/// What was entered into a conversation and not sent.
package struct Draft: Sendable, Equatable {
    package var text: String
    /// The item that is answered.
    package var replyTo: String?
    /// The own item that is being changed.
    package var editing: String?

    package static let empty = Draft(text: "")

    package var isEmpty: Bool { self == .empty }

    package init(text: String, replyTo: String? = nil, editing: String? = nil) {
        self.text = text
        self.replyTo = replyTo
        self.editing = editing
    }
}
