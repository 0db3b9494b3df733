import EventLoop
import HTTP
import MatrixAPI

/// One client's connection and the one to the relay that belongs to it: bytes go both ways through a ``RelayFilter``.
///
/// Each side is read only as long as little waits for the other. A client has `greeting` to get a relay, and is then cut off
/// after `silence`, in which a relay that is in use would have been renewed.
///
/// Confined to the loop of the client's connection.
final class RelayedConnection: SharedPortSpeaker, UpstreamReceiver {
    private static let greeting = Duration.seconds(20)
    private static let silence = Duration.seconds(660)
    /// Bytes that may wait for either side before the other is not read any more.
    private static let highWater = 65_536

    private let client: SharedPortConnection
    private let port: RelayPort
    /// The address whose limit this counts for.
    private let countedAs: PeerAddress?
    private var relay: UpstreamStream?
    private var timer: LoopTimer?
    private var filter: RelayFilter
    private var fromClient = TURNFraming()
    private var fromRelay = TURNFraming()
    private var isClosed = false
    private var member: UserID?
    private var places: [TransportAddress] = []

    /// nil when the relay cannot be reached at all.
    init?(
        _ client: SharedPortConnection, through port: RelayPort, port relayPort: UInt16, countedAs: PeerAddress?
    ) {
        self.client = client
        self.port = port
        self.countedAs = countedAs
        filter = RelayFilter(destinations: port.destinations, credentials: port.credentials)
        guard
            let relay = try? UpstreamStream(
                to: PeerAddress(v4: 0x7f00_0001), port: relayPort, on: client.loop, receiver: self)
        else { return nil }
        self.relay = relay
        timer = client.loop.timer { [weak client] in client?.close() }
        timer?.move(to: client.loop.now() + Self.greeting)
    }

    // MARK: The client

    var wantsInput: Bool { (relay?.pendingOutput ?? 0) < Self.highWater }

    func received(_ bytes: UnsafeRawBufferPointer) {
        port.figures.bytesIn.add(bytes.count)
        fromClient.append(bytes)
        do throws(TURNFraming.Malformed) {
            while !isClosed, let frame = try fromClient.next() { pass(frame) }
        } catch {
            malformed()
        }
        relay?.flush()
    }

    private func pass(_ frame: TURNFraming.Frame) {
        switch filter.received(frame) {
        case .forward: relay?.write(frame.bytes)
        case .drop: port.figures.forbidden.add()
        case .answer(let bytes):
            port.figures.forbidden.add()
            client.write(bytes)
        case .close: malformed()
        }
    }

    private func malformed() {
        port.figures.malformed.add()
        client.close()
    }

    func receivedEnd() { client.close() }
    func outputDrained() { relay?.read() }

    func connectionClosed() {
        guard !isClosed else { return }
        isClosed = true
        relay?.close()
        relay = nil
        timer?.cancel()
        timer = nil
        release()
        port.leave(countedAs)
    }

    // MARK: The relay

    var wantsUpstream: Bool { !isClosed && client.pendingOutput < Self.highWater }

    func upstreamDrained() { if wantsInput { client.resumeReading() } }
    func upstreamEnded() { client.closeAfterOutput() }

    func received(fromUpstream bytes: [UInt8]) {
        port.figures.bytesOut.add(bytes.count)
        bytes.withUnsafeBytes { fromRelay.append($0) }
        do throws(TURNFraming.Malformed) {
            while let frame = try fromRelay.next() {
                switch filter.answered(frame) {
                case .allocated(let user, let places): guard allocated(user, places) else { return client.close() }
                case .released: release()
                case nil: break
                }
            }
        } catch {
            // The relay speaks TURN; what does not is not the relay.
            return client.close()
        }
        client.write(bytes)
        if member != nil { timer?.move(to: client.loop.now() + Self.silence) }
    }

    /// The relay believed that it is this member.
    private func allocated(_ user: UserID, _ places: [TransportAddress]) -> Bool {
        release()
        let ending = Ending(self, client.loop)
        guard port.enter(user, self, end: { ending.run() }) else {
            port.figures.refused.add()
            return false
        }
        port.figures.relays.add()
        member = user
        self.places = places
        for place in places { port.destinations.add(place) }
        return true
    }

    private func release() {
        guard let member else { return }
        for place in places { port.destinations.remove(place) }
        places = []
        self.member = nil
        port.leave(member, self)
    }

    /// Ends the connection from elsewhere.
    ///
    /// `@unchecked Sendable`: looking at a weak reference is safe anywhere, and what it leads to is used on its loop.
    private final class Ending: @unchecked Sendable {
        private let loop: EventLoop
        private weak var connection: RelayedConnection?

        init(_ connection: RelayedConnection, _ loop: EventLoop) {
            self.loop = loop
            self.connection = connection
        }

        func run() {
            loop.execute { self.connection?.client.close() }
        }
    }
}
