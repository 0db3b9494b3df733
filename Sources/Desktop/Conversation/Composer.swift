import ClientKit
import GtkKit

/// Where one writes: text, emoji, files, pictures, voice; what is answered or edited stands above it.
@MainActor final class Composer {
    let widget = Box(.vertical)
    private let conversation: ConversationModel
    private let text = TextView()
    private let placeholder = Label("", classes: "mado-dim")
    private let send = Button(icon: "mado-send-symbolic", label: tr("Send"))
    private let voice = Button(icon: "audio-input-microphone-symbolic", label: tr("Record a voice message"))
    private let attach = Button(icon: "mail-attachment-symbolic", label: tr("Attach files"))
    private let emoji = MenuButton(icon: "mado-react-symbolic", label: tr("Emoji"))
    private let row = Box(.horizontal, spacing: 6)
    private let strip = ComposerStrip()
    private let recorder = VoiceRecorderBar()
    private let mentions: MentionPopover
    private let thread: String?
    private var mode = Mode.new
    /// What the draft answers or changes, until that message is loaded.
    private var awaited: Draft?
    /// What was being written when a message was chosen to be changed.
    private var aside: (text: String, mode: Mode)?
    /// An input method is at work on what stands at the cursor.
    private var isComposing = false
    private var isSettingText = false
    private var mentioned: [String: String] = [:]

    enum Mode: Equatable {
        case new
        case reply(TimelineItem)
        case edit(TimelineItem)
        case editWaiting(TimelineItem)

        var isEditing: Bool {
            switch self {
            case .edit, .editWaiting: true
            case .new, .reply: false
            }
        }
    }

    var onAttach: @MainActor () -> Void = {}
    var onFiles: @MainActor ([String]) -> Void = { _ in }
    var onVoice: @MainActor (String, Int64) -> Void = { _, _ in }
    var onPicture: @MainActor (Texture) -> Void = { _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onEditLast: @MainActor () -> Void = {}
    /// The window whose clipboard is pasted from.
    var window: @MainActor () -> Window? = { nil }

    init(conversation: ConversationModel, thread: String? = nil) {
        self.conversation = conversation
        self.thread = thread
        mentions = MentionPopover(anchor: widget)
        text.setPadding(12, vertical: 8)
        text.setAccessibleLabel(tr("Message"))
        let scrolled = ScrolledWindow(text)
        // A bar would make one line as high as two.
        scrolled.setVerticalBarHidden()
        scrolled.setContentHeight(max: 140)
        scrolled.setPropagatesNaturalHeight(true)
        let overlay = Overlay(scrolled)
        overlay.addClass("mado-entry")
        overlay.setExpands(horizontally: true)
        placeholder.setAlignment(horizontal: .start, vertical: .start)
        placeholder.setMargins(top: 8, start: 13)
        placeholder.setEllipsizes()
        overlay.add(placeholder)
        for button in [attach, voice, send] { button.addClass("mado-round") }
        attach.addClass("flat")
        voice.addClass("flat")
        send.addClass("suggested-action")
        emoji.setFlat()
        for part in [attach, emoji, voice, send] as [Widget] { part.setAlignment(vertical: .end) }
        let chooser = EmojiChooser()
        chooser.onPick { [weak self] in
            self?.text.insertAtCursor($0)
            self?.text.focus()
        }
        emoji.setPopover(chooser)
        for part in [attach, overlay, emoji, voice, send] as [Widget] { row.append(part) }
        row.addClass("mado-composer")
        recorder.widget.isVisible = false
        // Files are sent to the conversation as a whole.
        attach.isVisible = thread == nil
        for part in [strip.widget, row, recorder.widget] as [Widget] { widget.append(part) }
        connect()
        takeDraft()
        update()
    }

    private func connect() {
        text.addController(
            KeyController { [weak self] key, modifiers in self?.pressed(key, modifiers) ?? false }.capturing())
        text.on("preedit-changed", arguments: { [weak self] in self?.isComposing = !$0.string(0).isEmpty })
        text.onChange { [weak self] _ in self?.changed() }
        text.onPaste { [weak self] in self?.paste() ?? false }
        send.onClick { [weak self] in self?.submit() }
        attach.onClick { [weak self] in self?.onAttach() }
        voice.onClick { [weak self] in self?.startRecording() }
        strip.onCancel = { [weak self] in self?.cancelMode() }
        recorder.onDone = { [weak self] path, duration in
            self?.endRecording()
            if let path { self?.onVoice(path, duration) }
        }
        recorder.onError = { [weak self] in
            self?.endRecording()
            self?.onError($0)
        }
        mentions.onPick = { [weak self] person, typed in
            self?.mentioned[person.displayName] = person.userID
            self?.text.replaceBeforeCursor(typed, with: "@\(person.displayName) ")
        }
        text.addController(
            FocusController(
                enter: {},
                leave: { [weak self] in
                    self?.isComposing = false
                    self?.conversation.setTyping(false)
                    self?.mentions.close()
                }))
    }

    func focus() { text.focus() }

    // MARK: Drafts and modes

    private func takeDraft() {
        guard thread == nil else { return }
        let draft = conversation.draft
        isSettingText = true
        text.text = draft.text
        isSettingText = false
        if draft.editing != nil || draft.replyTo != nil { awaited = draft }
        takeModeOfDraft()
    }

    /// Goes on with the answer or the change that the draft is, if its message is loaded by now.
    func takeModeOfDraft() {
        guard let awaited, let id = awaited.editing ?? awaited.replyTo,
            let item = conversation.items.first(where: { $0.eventID == id })
        else { return }
        enter(awaited.editing == nil ? .reply(item) : .edit(item), replacingText: false)
    }

    private func keepDraft() {
        guard thread == nil else { return }
        var draft = Draft(text: text.text)
        switch mode {
        case .reply(let item): draft.replyTo = item.eventID
        case .edit(let item): draft.editing = item.eventID
        case .new:
            draft.replyTo = awaited?.replyTo
            draft.editing = awaited?.editing
        case .editWaiting: break
        }
        if draft != conversation.draft { conversation.setDraft(draft) }
    }

    /// - Parameter replacingText: false keeps what is written, and the keyboard where it is.
    func enter(_ mode: Mode, replacingText: Bool = true) {
        awaited = nil
        let wasEditing = self.mode.isEditing
        if replacingText, mode.isEditing, !wasEditing { aside = (text.text, self.mode) }
        self.mode = mode
        switch mode {
        case .new: strip.hide()
        case .reply(let item):
            strip.show(
                icon: "mado-reply-symbolic", title: tr("Answer to %@", item.sender.displayName),
                text: EventWords.summary(item))
            // The text was another message's.
            if replacingText, wasEditing { setText(takeAside()?.text ?? "") }
        case .edit(let item), .editWaiting(let item):
            strip.show(icon: "document-edit-symbolic", title: tr("Edit message"), text: EventWords.summary(item))
            if replacingText {
                setText(item.editableText)
                text.moveCursorToEnd()
            }
        }
        update()
        keepDraft()
        if replacingText { text.focus() }
    }

    private func cancelMode() {
        if mode.isEditing { goOnAfterEditing() } else { enter(.new) }
    }

    private func takeAside() -> (text: String, mode: Mode)? {
        defer { aside = nil }
        return aside
    }

    /// Back to what was being written before.
    private func goOnAfterEditing() {
        let kept = takeAside()
        setText(kept?.text ?? "")
        text.moveCursorToEnd()
        enter(kept?.mode ?? .new, replacingText: false)
        text.focus()
    }

    private func setText(_ content: String) {
        isSettingText = true
        text.text = content
        isSettingText = false
        update()
    }

    // MARK: Writing

    private func changed() {
        update()
        guard !isSettingText else { return }
        let isEmpty = text.text.isEmpty
        if isEmpty { awaited = nil }
        keepDraft()
        conversation.setTyping(!isEmpty)
        suggestMentions()
    }

    var isEmpty: Bool { text.text.isEmpty }

    private func update() {
        let isEmpty = text.text.trimmingSpaces().isEmpty
        placeholder.isVisible = text.text.isEmpty
        placeholder.text = thread == nil ? tr("Message") : tr("Answer in the thread")
        send.isVisible = !isEmpty
        voice.isVisible = isEmpty && thread == nil
        var isEditing = false
        if case .edit = mode { isEditing = true }
        send.setAccessibleLabel(isEditing ? tr("Save the change") : tr("Send"))
    }

    private func suggestMentions() {
        let before = text.textBeforeCursor
        guard !conversation.isDirect || conversation.others.count > 1,
            let at = before.lastIndex(of: "@"),
            at == before.startIndex || before[before.index(before: at)].isWhitespace
        else { return mentions.close() }
        let typed = before[before.index(after: at)...]
        guard typed.count <= 30, !typed.contains("\n") else { return mentions.close() }
        let people = conversation.others.filter { $0.displayName.containsIgnoringCase(String(typed)) }
        mentions.show(Array(people.prefix(6)), typed: typed.count + 1)
    }

    private func pressed(_ key: Int, _ modifiers: KeyModifiers) -> Bool {
        // Until the input method is done, these keys are its own.
        guard !isComposing else { return false }
        if mentions.isOpen, mentions.pressed(key) { return true }
        switch key {
        case Key.enter, Key.keypadEnter:
            if modifiers.contains(.shift) || modifiers.contains(.alt) { return false }
            submit()
            return true
        case Key.escape:
            if mode == .new { widget.activateAction("win.lists") } else { cancelMode() }
            return true
        case Key.up:
            guard text.text.isEmpty else { return false }
            onEditLast()
            return true
        default: return false
        }
    }

    private func submit() {
        let content = text.text.trimmingSpaces()
        guard !content.isEmpty else { return }
        let people = mentioned.filter { content.contains("@\($0.key)") }.map(\.value).sorted()
        switch mode {
        case .new: conversation.send(text: content, replyTo: nil, thread: thread, mentions: people)
        case .reply(let item):
            conversation.send(text: content, replyTo: item.eventID, thread: thread, mentions: people)
        case .edit(let item): conversation.edit(item.id, text: content)
        case .editWaiting(let item): conversation.editWaiting(item.id, text: content)
        }
        conversation.setTyping(false)
        guard !mode.isEditing else { return goOnAfterEditing() }
        mentioned = [:]
        setText("")
        enter(.new)
    }

    // MARK: Pasting and recording

    private func paste() -> Bool {
        guard thread == nil, let clipboard = window()?.clipboard, clipboard.holdsPicture else { return false }
        clipboard.readTexture { [weak self] texture in
            if let texture { self?.onPicture(texture) }
        }
        return true
    }

    func startRecording() {
        guard thread == nil, row.isVisible else { return }
        row.isVisible = false
        recorder.widget.isVisible = true
        recorder.start()
    }

    private func endRecording() {
        recorder.widget.isVisible = false
        row.isVisible = true
        text.focus()
    }
}
