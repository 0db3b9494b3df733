/// What part of the packets of one way is lost, lately: what a single second loses says more of chance than of the line.
package struct PacketLoss: Sendable, Equatable {
    /// How many figures it reaches back.
    package static let span = 5

    private struct Count: Equatable {
        let lost: Int64
        let packets: Int64
    }

    private var counts: [Count] = []
    /// 0…1; nil before anything is known, and what was last known while nothing new is.
    package private(set) var value: Double?

    package init() {}

    /// - Parameters: both since the beginning. Where there are less packets than before, a stream has ended, and counting
    ///   begins anew.
    package mutating func take(lost: Int64, of packets: Int64) {
        if let last = counts.last, packets < last.packets { counts = [] }
        counts.append(Count(lost: lost, packets: packets))
        if counts.count > Self.span + 1 { counts.removeFirst() }
        guard let first = counts.first, packets > first.packets else { return }
        value = min(1, max(0, Double(lost - first.lost) / Double(packets - first.packets)))
    }
}
