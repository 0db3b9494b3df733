/// How much the own picture may send: begins low and rises as long as all is well; falls to what the other side gets where
/// packets wait longer and longer or are lost.
///
/// After Google's congestion control (draft-ietf-rmcat-gcc), by the reports that every program sends: waiting is the round
/// trip against the shortest one.
package struct CallBitrate: Sendable, Equatable {
    /// What a second has told.
    package struct Second: Sendable, Equatable {
        /// 0…1 of the own packets that the other side has told of in this second; nil when it has told nothing.
        package var loss: Double?
        /// The same of the last seconds.
        package var lossLately: Double?
        /// Milliseconds, as told last; nil when nothing was told.
        package var roundTrip: Double?
        /// Bits, of sound and picture.
        package var sent: Int
        /// Those of them that the other side told to have got meanwhile.
        package var delivered: Int

        package init(loss: Double?, lossLately: Double?, roundTrip: Double?, sent: Int, delivered: Int) {
            (self.loss, self.lossLately, self.roundTrip) = (loss, lossLately, roundTrip)
            (self.sent, self.delivered) = (sent, delivered)
        }
    }

    package static let range = 40_000...1_500_000
    package static let start = 100_000
    /// Bits a second.
    package private(set) var value: Int
    /// Bits a second with which packets of the picture go out: a whole one takes longer than others, but not so long that one
    /// would see it where there is room for more.
    package var pace: Int { full == nil ? value * 5 / 4 + 100_000 : value * 11 / 10 + 10_000 }

    /// As much as a picture that moves little may have without using it: the most with which it can begin to move.
    private static let unused = 600_000
    /// What a line may have that loses packets by chance, be it more than a tenth.
    private static let enoughForLoss = 300_000
    /// What sound takes of what is sent.
    private static let sound = 30_000
    /// Milliseconds that packets may wait on a line without its being full, and without its getting so.
    private static let harmlessWait = 80.0, smallWait = 40.0
    /// A round trip, in milliseconds, that is no sign of a line that has been full from the beginning.
    private static let nearTrip = 150.0
    /// For how many seconds it is seen what comes through, and what a fall leads to.
    private static let span = 3
    /// How long a line is remembered to be full at some rate, and how long a report may be waited for, in seconds.
    private static let memory = 30
    private static let patience = 3

    private let ceiling: Int
    private var shortestTrip = Double.infinity
    /// Seconds one after the other in which packets waited, and in which nothing was told.
    private var waiting = 0
    private var silent = 0
    /// Whether the second before let it rise.
    private var hasRisen = false
    /// Bits of the last seconds.
    private var delivered: [Int] = []
    /// Seconds until it may fall again.
    private var rest = 0
    private var wasTold = false
    /// With what the line was full, and how many seconds ago.
    private var full: (rate: Int, since: Int)?

    /// - Parameter people: how many get the picture: all of them over one line.
    package init(people: Int = 1) {
        ceiling = Self.range.upperBound / max(1, people)
        value = min(Self.start, ceiling)
    }

    package static func == (one: CallBitrate, other: CallBitrate) -> Bool { one.value == other.value }

    /// Another way to the other side: how long it takes is not known.
    package mutating func takeAnotherWay() {
        shortestTrip = .infinity
        (waiting, silent, wasTold, hasRisen, full) = (0, 0, false, false, nil)
        (delivered, rest) = ([], 0)
        value = min(value, max(Self.start, Self.range.lowerBound))
    }

    package mutating func take(_ second: Second) {
        full = full.flatMap { $0.since < Self.memory ? ($0.rate, $0.since + 1) : nil }
        delivered.append(second.delivered)
        if delivered.count > Self.span { delivered.removeFirst() }
        guard let loss = second.loss else { return missReport() }
        (silent, wasTold) = (0, true)
        let wait = wait(second.roundTrip)
        let waits = wait.map { $0 > Self.harmlessWait } ?? (waiting > 0)
        waiting = waits ? waiting + 1 : 0
        let hadRisen = hasRisen
        hasRisen = false
        rest = max(0, rest - 1)
        if loss > 0.1 && waits || loss > 0.25 || waiting >= 2 || waits && hadRisen {
            // The line is full.
            if rest == 0 || loss > 0.25 { fall() }
        } else if loss > 0.05, let lately = second.lossLately, lately > 0.1, full != nil || value > Self.enoughForLoss {
            set(Double(value) * (1 - 0.5 * lately))
        } else if (wait ?? 0) < Self.smallWait {
            rise(sent: second.sent, loss: second.lossLately ?? loss)
        }
    }

    /// Reports get lost as well where everything does. Who never told anything is left alone.
    private mutating func missReport() {
        silent += 1
        if wasTold, silent >= Self.patience { set(max(Double(min(value, 100_000)), Double(value) * 0.8)) }
    }

    /// The shortest trip that is known gets longer by itself, for it is that of another way once the network has changed.
    /// - Returns: milliseconds beyond a little more than it; nil when nothing was told.
    private mutating func wait(_ trip: Double?) -> Double? {
        guard let trip else { return nil }
        shortestTrip = min(trip, shortestTrip * 1.03 + 1)
        return trip - shortestTrip * 1.2
    }

    /// To less than what came through, so that what waits before the line can go.
    private mutating func fall() {
        let carried = delivered.reduce(0, +) / max(1, delivered.count) - Self.sound
        rest = Self.span
        full = (carried, 0)
        set(Double(max(value / 2, min(value * 17 / 20, carried * 17 / 20))))
    }

    private mutating func rise(sent: Int, loss: Double) {
        let isUsed = value < 2 * sent
        guard let full else {
            // Packets that are lost though none waits are lost by chance.
            let most = loss > 0.1 ? Self.enoughForLoss : isUsed && loss < 0.02 ? Self.range.upperBound : Self.unused
            if value < most {
                let isEasy = shortestTrip < Self.nearTrip && loss < 0.02
                set(min(Double(value) * (isEasy ? 1.5 : 1.15) + 10_000, Double(most)))
            }
            hasRisen = true
            return
        }
        guard loss < 0.02 else { return }
        // Carefully where the line was full.
        if isUsed || value < Self.start {
            set(Double(value) * (value * 100 < full.rate * 85 ? 1.08 : 1.02) + 2000)
        }
    }

    private mutating func set(_ rate: Double) {
        value = min(ceiling, max(Self.range.lowerBound, Int(rate)))
    }
}

/// How large the own picture is, and how often it comes: what few bits make of a large picture moves in jerks and is hardly
/// to be recognised.
package enum PictureDetail: Int, Sendable, Equatable, CaseIterable, Comparable {
    case low, medium, full

    package static func < (one: PictureDetail, other: PictureDetail) -> Bool { one.rawValue < other.rawValue }

    /// Bits a second from which on it is so.
    private var least: Int {
        switch self {
        case .low: 0
        case .medium: 60_000
        case .full: 100_000
        }
    }

    /// - Parameter before: what it is; more than that it becomes only when there is clearly enough for it, for each change
    ///   takes a whole picture.
    package init(bitrate: Int, before: PictureDetail) {
        let found = Self.allCases.last { bitrate >= ($0 > before ? $0.least * 5 / 4 : $0.least) }
        self = found ?? .low
    }
}
