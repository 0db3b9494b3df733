@testable import ClientKit

/// Lets a test wait until something holds that is looked at whenever something has happened.
@MainActor final class AwaitedChanges {
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func happened() {
        let waiting = waiting
        self.waiting = []
        for continuation in waiting { continuation.resume() }
    }

    /// - Throws: `CancellationError` when the test's time is over.
    func until(_ condition: @MainActor () -> Bool) async throws {
        try await withTaskCancellationHandler {
            while !condition() {
                try Task.checkCancellation()
                await withCheckedContinuation { waiting.append($0) }
            }
        } onCancel: {
            Task { @MainActor in self.happened() }
        }
    }
}

/// Hears what a program's calls come to, and gives them media that the test drives.
@MainActor final class CallWatch {
    let desk: CallDesk
    let changes: AwaitedChanges
    /// How connections to people have ended, in order.
    private(set) var ends: [CallEnd] = []
    /// Of the call that was begun last.
    private(set) var media: ScriptedMedia?
    /// Whether descriptions of calls that begin from now on are there as soon as they are asked for.
    var describesAtOnce = true
    /// Whether calls that begin from now on get camera and microphone.
    var hasMedia = true

    struct NoMedia: Error {}

    init(_ desk: CallDesk, name: String, changes: AwaitedChanges = AwaitedChanges()) {
        self.desk = desk
        self.changes = changes
        desk.makeMedia = { [weak self] call in
            guard let self, hasMedia else { throw NoMedia() }
            let made = ScriptedMedia(name, call, describesAtOnce: describesAtOnce, changes: changes)
            media = made
            changes.happened()
            return made
        }
        desk.changes.observe(self) { [weak self] in self?.heard($0) }
    }

    private func heard(_ change: CallDeskChange) {
        if case .ended(_, _, _, let end) = change { ends.append(end) }
        if let call = desk.current {
            call.changes.stop(self)
            call.changes.observe(self) { [changes] _ in changes.happened() }
        }
        changes.happened()
    }

    /// The connection of the call that was begun last.
    func peer(_ userID: String) -> ScriptedPeer? { media?.peers[userID] }

    func until(_ condition: @MainActor () -> Bool) async throws { try await changes.until(condition) }
}
