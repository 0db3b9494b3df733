/// Counts of durations in buckets whose width grows with their value, so that each is known to about 1.6%.
/// Nanoseconds, 0 to 2^40 (18 minutes); what is longer counts as the longest.
struct LatencyHistogram: Sendable {
    /// Buckets for each doubling: 2^6.
    private static let precision = 6
    private static let largest: UInt64 = (1 << 40) - 1

    private var counts: [UInt32]
    private(set) var count = 0
    private(set) var maximum: UInt64 = 0

    init() {
        counts = Array(repeating: 0, count: Self.index(of: Self.largest) + 1)
    }

    mutating func record(_ nanoseconds: UInt64) {
        counts[Self.index(of: min(nanoseconds, Self.largest))] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The duration that `share` (0…1) of all do not exceed, in nanoseconds; 0 when nothing was recorded.
    func quantile(_ share: Double) -> UInt64 {
        let rank = max(1, Int((Double(count) * share).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += Int(count)
            if seen >= rank { return min(Self.middle(of: index), maximum) }
        }
        return 0
    }

    /// Values below 2 * 2^precision have a bucket each; above, each doubling has 2^precision.
    private static func index(of value: UInt64) -> Int {
        let magnitude = 63 - (value | 1).leadingZeroBitCount
        guard magnitude > precision else { return Int(value) }
        let shift = magnitude - precision
        return (shift << precision) + Int(value >> UInt64(shift))
    }

    private static func middle(of index: Int) -> UInt64 {
        let shift = max(0, (index >> precision) - 1)
        let low = UInt64(index - (shift << precision)) << UInt64(shift)
        return low + (UInt64(1) << UInt64(shift)) / 2
    }
}
