import ClientKit
import GtkKit

/// Above a conversation of many: that there is a conference, with how many people, and the way into it.
@MainActor final class ConferenceBar {
    let widget = Revealer()
    var onJoin: @MainActor () -> Void = {}
    private let conversation: ConversationModel
    private let words = Label("")
    private let join = Button(tr("Join"))
    private var asking: MainLoop.Repeating?

    /// Milliseconds between two questions while the conversation is open.
    private static let interval = 5000

    init(conversation: ConversationModel) {
        self.conversation = conversation
        words.alignment = 0
        words.setExpands(horizontally: true)
        words.setEllipsizes()
        join.addClass("suggested-action")
        join.onClick { [weak self] in self?.onJoin() }
        let bar = Box(row: 8, Image(icon: "mado-video-call-symbolic", size: 16), words, join)
        bar.addClass("mado-trouble")
        widget.setChild(bar)
        ask()
        asking = MainLoop.every(milliseconds: Self.interval) { [weak self] in
            self?.ask()
            return self != nil
        }
    }

    isolated deinit { asking?.stop() }

    private func ask() {
        guard CallPart.meetsInConference(conversation) else { return show([]) }
        Task { [weak self, conversation] in
            self?.show(await conversation.account.conferencePeople(in: conversation.roomID))
        }
    }

    private func show(_ people: [String]) {
        let isIn = people.contains(conversation.account.userID)
        widget.isRevealed = !people.isEmpty && !isIn
        words.text = tr("Conference, 1 person", many: "Conference, %d people", people.count)
    }
}
