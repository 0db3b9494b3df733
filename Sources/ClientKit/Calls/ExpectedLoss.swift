/// How many of the own packets of sound their encoder counts on being lost: the more, the better each packet repeats the one
/// before it, and the worse is what is said where nothing is lost.
///
/// Follows what the other side reports at once when it gets worse, and slowly when it gets better, for losses come in bursts.
package struct ExpectedLoss: Sendable, Equatable {
    /// More makes no difference to Opus.
    package static let most = 25
    /// Before the other side has told anything, and for those who never do.
    package static let unknown = 10
    /// Per cent.
    package private(set) var percent = Self.unknown

    package init() {}

    /// Once a second.
    /// - Parameter loss: 0…1 of the last seconds; nil when the other side has told nothing.
    package mutating func take(loss: Double?) {
        guard let loss else { return }
        percent = min(Self.most, max(percent - 1, Int((loss * 100).rounded(.up))))
    }
}
