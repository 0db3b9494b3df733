import MatrixAPI

/// A device's sequence of requests, each of which goes on where the answer to the one before ended.
///
/// The server knows that an answer has arrived only when its position comes back. Until then the state before it is
/// kept, so that the same request can be answered again; and the one before that, since a request that a proxy repeats
/// may come after its answer has arrived. Of two requests at the same time only the later one is answered.
///
/// Source: MSC4186, "Connections".
struct SlidingConnection: Sendable {
    private struct Answered: Sendable {
        let number: Int
        let state: SlidingState
    }

    /// Answers that may not have arrived, at most.
    private static let maximumUnconfirmed = 2

    /// Tells its positions from those of other connections, also of this device's earlier ones.
    let id: UInt64
    /// What the client has for certain; its number is 0 when that is nothing.
    private var confirmed = Answered(number: 0, state: SlidingState())
    /// Later answers of which it is not known yet, the latest last.
    private var unconfirmed: [Answered] = []
    private var lastNumber = 0
    private var lastRequest = 0

    init(id: UInt64) { self.id = id }

    /// What it takes in memory, roughly: states share what they have in common.
    var weight: Int { max(confirmed.state.weight, unconfirmed.last?.state.weight ?? 0) }

    /// Takes a request.
    ///
    /// - Parameter number: of the answer that the client had last; nil for the first request.
    /// - Returns: the request's number and what the client has; nil when it has what is not known here.
    mutating func begin(after number: Int?) -> (request: Int, state: SlidingState)? {
        if let number {
            if let arrived = unconfirmed.first(where: { $0.number == number }) {
                confirmed = arrived
                unconfirmed = []
            } else if number != confirmed.number || number == 0 {
                return nil
            }
        }
        lastRequest += 1
        return (lastRequest, confirmed.state)
    }

    func isNewest(_ request: Int) -> Bool { request == lastRequest }

    /// Takes what the client has when it gets the answer to a request; nil when that is not awaited any more.
    mutating func answer(_ request: Int, with state: SlidingState) -> Int? {
        guard isNewest(request) else { return nil }
        lastNumber += 1
        unconfirmed.append(Answered(number: lastNumber, state: state))
        if unconfirmed.count > Self.maximumUnconfirmed { unconfirmed.removeFirst() }
        return lastNumber
    }
}

/// Where an answer of a connection ended: `w<position>_<connection>_<number>`.
struct SlidingPosition: Hashable, Sendable, CustomStringConvertible {
    /// In the journal: histories can be paged through from here.
    let position: Int64
    let connection: UInt64
    /// Of the answer.
    let number: Int

    init(position: Int64, connection: UInt64, number: Int) {
        self.position = position
        self.connection = connection
        self.number = number
    }

    /// nil when `text` is no such position.
    init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "w") else { return nil }
        let parts = text.dropFirst().split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let position = Int64(parts[0]), position >= 0,
            let connection = UInt64(parts[1], radix: 36), let number = Int(parts[2]), number > 0
        else { return nil }
        self.init(position: position, connection: connection, number: number)
    }

    var description: String { "w\(position)_\(String(connection, radix: 36))_\(number)" }
}
