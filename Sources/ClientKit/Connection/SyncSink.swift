/// Where a ``SyncConnection`` brings what it receives.
package protocol SyncSink: Sendable {
    /// The token of the last answer that was applied; nil before the first.
    func nextBatch() async -> String?

    /// Persists one sync answer (the JSON of the specification's `/sync` response). Returning means that it is on the
    /// disk.
    /// - Throws: when it could not be kept; the connection asks for it again later.
    func apply(_ answer: [UInt8]) async throws

    /// Sends everything that waits in the outbox, and returns when that is done or has failed for now. Called in
    /// interval mode before the connection is left again, and after every new connection.
    func drainOutbox() async

    /// Tells the others when this member connects (`mado.connects_every` of the member's presence on a Mado server);
    /// nil when it stays connected. Called on a new connection whenever that has changed, and for given times on each,
    /// since what lies between them varies.
    /// - Throws: when it could not be told; it is tried again with the next connection.
    func announce(connectsEvery seconds: Int?) async throws
}
