/// What the server keeps on the disk, behind one engine (SQLite; PostgreSQL to come).
///
/// One writer, many readers. The journal's thread owns the only ``StoreWriter``; everything else reads snapshots
/// through ``read(_:)``. A commit is durable when `commit` returns, and every `read` begun after that sees it.
package protocol Store: Sendable {
    /// Runs `body` on a reader thread, over one unchanging snapshot of the store.
    ///
    /// The reader is valid only inside `body`. Throws what `body` throws, and ``StoreError/closed`` after `close`.
    /// - Parameter isBulk: whether it may take long and come after what does not: what thousands ask for at once must
    ///   not keep a send waiting.
    func read<T: Sendable>(
        isBulk: Bool, _ body: @escaping @Sendable (any StoreReader) throws -> T
    ) async throws -> T

    /// Brings the index of words up to date, on a thread of the store's, beside the writer, who does not wait for it: takes texts
    /// in, except those of events that were redacted meanwhile, and the words of other events out, and notes that it has all
    /// events up to `position`. What was taken out stays so when the machine stops; texts may have to be taken in again.
    ///
    /// Throws ``StoreError/closed`` after `close`, and what reading and writing throw.
    func index(_ texts: [SearchableText], removing removed: [Int64], through position: Int64) async throws

    /// Makes the store's only writer, to be used by one thread at a time.
    ///
    /// Throws ``StoreError/writerTaken`` while another one exists, ``StoreError/closed`` after `close`.
    func makeWriter() throws(StoreError) -> sending any StoreWriter

    /// Ends all reading and gives back files and locks. Release the writer first: the files stay locked as long as it
    /// exists. Waits for reads that are under way. Calling it again does nothing.
    func close()
}

extension Store {
    /// Runs `body` on a reader thread, before all bulk work.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> T) async throws -> T {
        try await read(isBulk: false, body)
    }
}

/// Everything that can be read. Functions block; they run on a reader thread or on the writer's own.
///
/// Throws of all functions, unless they say more: ``StoreError/inputOutput(_:)``, ``StoreError/corrupt(_:)``.
/// Where a range of positions is asked for, `after` is exclusive and `through` inclusive. Times are milliseconds
/// since 1970, UTC.
package protocol StoreReader: EventReading, RelationReading, RoomReading, MembershipReading, RoomAliasReading,
    TransactionReading, ReceiptReading, AccountDataReading, ToDeviceReading, DeviceListReading, AccountReading,
    ProfileReading, MemberDirectoryReading, DeviceReading, AccessTokenReading, RegistrationTokenReading,
    DeviceKeyReading, CrossSigningReading, KeyBackupReading, PresenceReading, FilterReading, ServerSecretReading,
    MediaReading, SearchReading, ReportReading, DelayedEventReading, RoleReading,
    ModerationReading, DehydratedDeviceReading, FeedReading, ProviderReading, DeliveryReading, AnnouncementReading,
    SubmissionReading, InstructionReading,
    SecondServerReading, ApplicationServiceReading, PusherReading, ContactAddressReading
{
    /// The position that was last set, 0 in an empty store.
    func lastPosition() throws(StoreError) -> Int64
}

/// Everything that can be read and written, in transactions: `begin`, any number of writes, `commit`.
///
/// Not thread-safe: one thread at a time. Writing functions need an open transaction. Besides what reading throws:
/// ``StoreError/diskFull``, ``StoreError/readOnly(_:)``, and ``StoreError/constraint(_:)`` when a row is there already
/// or names a room that is not.
///
/// After ``StoreError/constraint(_:)`` the transaction goes on as if the call had not been made. After any other
/// error roll back to the savepoint; when ``isInTransaction`` is false the engine gave up the whole transaction, and
/// nothing of it was kept.
package protocol StoreWriter: StoreReader, EventWriting, RoomWriting, MembershipWriting, RoomAliasWriting,
    TransactionWriting, ReceiptWriting, AccountDataWriting, ToDeviceWriting, DeviceListWriting, AccountWriting,
    ProfileWriting, DeviceWriting, AccessTokenWriting, RegistrationTokenWriting, DeviceKeyWriting,
    CrossSigningWriting, KeyBackupWriting, PresenceWriting, FilterWriting, ServerSecretWriting,
    MediaWriting, SearchWriting, ReportWriting, DelayedEventWriting, RoleWriting,
    ModerationWriting, DehydratedDeviceWriting, FeedWriting, ProviderWriting, DeliveryWriting, AnnouncementWriting,
    SubmissionWriting, InstructionWriting,
    SecondServerWriting, ApplicationServiceWriting, PusherWriting, ContactAddressWriting
{
    var isInTransaction: Bool { get }

    /// Opens a transaction. Waits for a checkpoint in progress; ``StoreError/locked(_:)`` when another program holds
    /// the store for longer than that.
    func begin() throws(StoreError)

    /// Ends the transaction; when it returns, everything written is on the disk. When it throws, nothing was kept
    /// and no transaction is open.
    func commit() throws(StoreError)

    /// Gives up the transaction. Does nothing when none is open.
    func rollback()

    /// Marks a point in the transaction to go back to. Savepoints nest.
    func savepoint() throws(StoreError)

    /// Forgets the newest savepoint and keeps what was written since.
    func release() throws(StoreError)

    /// Undoes what was written since the newest savepoint, and forgets it.
    func rollbackToSavepoint() throws(StoreError)

    /// Notes the journal's position. It must be at least the highest one that a client may have been told, also
    /// of changes that were never written.
    func setLastPosition(_ position: Int64) throws(StoreError)
}
