import ClientKit
import GtkKit

/// Settings: which second servers may learn with whom the member is talking.
@MainActor final class SecondServersGroup {
    /// nil where the account's server knows none.
    let widget: PreferencesGroup?

    /// - Parameter failed: an error in words.
    init(_ arcades: ArcadeModel, failed: @escaping @MainActor (String) -> Void) {
        guard !arcades.servers.isEmpty else {
            widget = nil
            return
        }
        let group = PreferencesGroup(
            title: tr("Playing and watching together"),
            text: tr(
                "These servers ask yours who is talking with you, once you have opened something there. "
                    + "One that is switched off learns nothing of you, and nobody is told there that you talk with them."
            ))
        for server in arcades.servers {
            group.add(
                ActionRow.toggle(server.title, subtitle: server.url, isOn: !server.isRefused) { isOn in
                    Task { @MainActor in
                        do { try await arcades.setRefused(!isOn, server: server.name) } catch {
                            failed(Words.error(error))
                        }
                    }
                })
        }
        widget = group
    }
}
