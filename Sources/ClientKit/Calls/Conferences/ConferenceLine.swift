/// One connection of a ``Conference`` to the bridge, and what the server is told of it, in order.
@MainActor final class ConferenceLine {
    let peer: any CallPeer
    private(set) var subscription: String?
    var telling: Task<Void, Never>?
    var isConnected = false
    private(set) var isClosed = false
    var figures = CallFigures()
    /// How many counts in succession had no new picture. The bridge does not tell who has switched the camera off.
    var still = Conference.stillCounts
    /// Waits for it to stand.
    var watching: Task<Void, Never>?

    init(_ peer: any CallPeer) { self.peer = peer }

    func close() {
        isClosed = true
        watching?.cancel()
        peer.close()
    }

    func makeOffer() {
        if !isClosed { peer.makeOffer() }
    }

    func accept(_ answer: String) { peer.accept(answer: answer) }

    /// - Returns: whether it is still wanted.
    func take(_ subscription: String, offer: String) -> Bool {
        guard !isClosed else { return false }
        self.subscription = subscription
        peer.makeAnswer(to: offer, isFresh: true)
        return true
    }
}
