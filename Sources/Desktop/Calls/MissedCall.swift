import ClientKit
import GtkKit

/// A call that this member has missed, in the conversation.
@MainActor enum MissedCall {
    static func widget(_ record: CallRecord, callBack: @escaping @MainActor () -> Void) -> Widget {
        let icon = Image(
            icon: record.kind == .video ? "mado-video-call-symbolic" : "mado-voice-call-symbolic", size: 16)
        let label = Label(Words.call(record, isOwn: false))
        label.alignment = 0
        label.setWraps(true)
        label.setExpands(horizontally: true)
        let row = Box(row: 8, icon, label)
        guard record.wantsCallBack, !record.isIgnored else { return row }
        let button = Button(tr("Call back"))
        button.addClass("suggested-action")
        button.setAlignment(vertical: .center)
        button.onClick(callBack)
        row.append(button)
        return row
    }
}
