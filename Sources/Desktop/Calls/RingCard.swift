import ClientKit
import GtkKit

/// Somebody calls: accept with picture, by voice only, or decline.
@MainActor final class RingCard {
    let widget: GroupBox
    let call: Call
    private let avatar = PersonAvatar(size: 46)

    /// - Parameters:
    ///   - isSecond: another call goes on, which ends when this one is accepted.
    ///   - accept: with picture or by voice.
    init(
        _ call: Call, pictures: PictureCache?, isSecond: Bool, accept: @escaping @MainActor (CallKind) -> Void,
        decline: @escaping @MainActor () -> Void
    ) {
        self.call = call
        let caller = call.account.person(call.people.first ?? "")
        let heading = Self.heading(call)
        widget = GroupBox(.vertical, spacing: 10, label: heading)
        widget.addClass("mado-card")
        widget.addClass("rings")
        avatar.show(caller, pictures: pictures)
        let title = Label(heading, classes: "mado-title")
        title.alignment = 0
        title.setWraps(true)
        let kind = Label(Self.detail(call, isSecond: isSecond), classes: "mado-small", "mado-dim")
        kind.alignment = 0
        kind.setWraps(true)
        let lines = Box(column: 2, title, kind)
        lines.setExpands(horizontally: true)
        lines.setAlignment(vertical: .center)
        let icon = Image(icon: call.kind == .video ? "mado-video-call-symbolic" : "mado-voice-call-symbolic", size: 20)
        widget.append(Box(row: 12, avatar.widget, lines, icon))
        let refuse = Button(isSecond ? tr("Busy") : tr("Decline"))
        refuse.addClass("destructive-action")
        refuse.onClick(decline)
        let voice = Button(call.kind == .video ? tr("Voice only") : tr("Accept"))
        voice.onClick { accept(.voice) }
        let buttons = Box(row: 6, refuse, voice)
        if call.kind == .video {
            let video = Button(tr("Accept"))
            video.addClass("mado-accept")
            video.onClick { accept(.video) }
            buttons.append(video)
        } else {
            voice.addClass("mado-accept")
        }
        buttons.isHomogeneous = true
        widget.append(buttons)
    }

    static func heading(_ call: Call) -> String {
        let caller = call.account.person(call.people.first ?? "").displayName
        guard call.isGroup, let title = call.conversation?.title, !title.isEmpty else { return tr("%@ calls", caller) }
        return tr("%1$@ calls: %2$@", caller, title)
    }

    private static func detail(_ call: Call, isSecond: Bool) -> String {
        let kind = call.kind == .video ? tr("Video call") : tr("Voice call")
        return isSecond ? kind + " · " + tr("Accepting ends the call that goes on") : kind
    }
}
