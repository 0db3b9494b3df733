import TestSupport

@testable import ClientKit

/// A call that goes on, with media that note what they are told, of an account without a connection.
@MainActor final class TalkingDesk {
    @MainActor final class Peer: CallPeer {
        var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
        private(set) var done: [String] = []
        private let relays: @MainActor () -> [String]
        init(_ relays: @escaping @MainActor () -> [String]) { self.relays = relays }
        func makeOffer() { done.append("offer by " + relays().joined()) }
        func dropOffer() { done.append("drop") }
        func makeAnswer(to offer: String, isFresh: Bool) { done.append("answer by " + relays().joined()) }
        func accept(answer: String) { done.append("accept") }
        func add(_ candidates: [ICECandidate]) { done.append("add") }
        func setSending(_ isSending: Bool) { done.append("sending \(isSending)") }
        func close() { done.append("close") }
    }

    @MainActor final class Media: CallMedia {
        var streams = CallStreams()
        var sendsAnything: Bool { true }
        private(set) var peer: Peer?
        private(set) var isClosed = false
        func makePeer(
            for userID: String, relays: @escaping @MainActor () -> [String], part: CallPeerPart
        ) -> any CallPeer {
            let made = Peer(relays)
            peer = made
            return made
        }
        func setMuted(_ isMuted: Bool) {}
        func setCamera(_ isOn: Bool) {}
        func close() { isClosed = true }
    }

    private let unconnected: UnconnectedAccount
    let clock = DrivenConnectionClock()
    let account: AccountModel
    let desk: CallDesk
    let call: Call
    let media = Media()

    /// - Parameter answer: the server's, of its relay.
    init(_ answer: @escaping @Sendable () throws -> String) throws {
        let transport = FakeTransport { request in
            guard request.url.hasSuffix("/voip/turnServer") else {
                throw TransportError.cannotConnect(host: "nobody")
            }
            return ClientResponse(status: 200, body: Array(try answer().utf8))
        }
        unconnected = try UnconnectedAccount(
            CallMachineTests.hanako.userID, device: "HANAKO1", isMado: false, transport: transport, clock: clock)
        account = unconnected.account
        desk = unconnected.client.calls
        call = Call(
            account: account, roomID: CallMachineTests.room, id: "call", kind: .voice, isIncoming: false,
            isGroup: false)
        call.media = media
        desk.current = call
        desk.add(CallMachineTests().talking(), to: call)
    }

    var done: [String] { media.peer?.done ?? [] }
}
