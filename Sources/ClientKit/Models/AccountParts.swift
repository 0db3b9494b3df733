/// What works for a running account.
struct AccountParts: Sendable {
    let engine: AccountEngine
    let sender: OutboxSender
    let connection: SyncConnection
    let transport: any ClientTransport
    /// What the server says of its relay for calls.
    let relays: TURNServerCache

    var client: MatrixClient { engine.client }

    /// Goes on with other settings.
    func apply(_ settings: NetworkSettings) {
        if let transport = transport as? CurlTransport { try? transport.apply(settings) }
        connection.reconnectNow()
    }

    /// Sends what was entered, if the account sends at once.
    func sendSoon() {
        guard engine.sendsAtOnce else { return }
        let sender = sender
        Task { await sender.drain() }
    }

    func stop() async {
        // The connection waits for what it has asked the sender to do, an upload perhaps, which this ends.
        await sender.stop()
        await connection.stop()
        await engine.store.close()
    }
}
