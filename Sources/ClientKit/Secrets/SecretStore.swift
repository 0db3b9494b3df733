/// Keeps access tokens, passwords of proxies and keys. Calls block (disk, or another process): never on the main thread.
package protocol SecretStore: Sendable {
    /// nil when there is none of that name.
    /// - Throws: ``SecretStoreError``.
    func secret(_ name: String) throws -> String?
    /// Sets it, or removes it with nil.
    /// - Throws: ``SecretStoreError``; the old value is still there then.
    func setSecret(_ value: String?, for name: String) throws
}

package enum SecretStoreError: Error, Sendable, Equatable {
    /// The desktop's secret service refused or did not answer, for example because the keyring stayed locked.
    case service(String)
    /// The file cannot be read or written; `errno`.
    case file(path: String, Int32)
    /// The file is not what this program wrote on this machine.
    case damaged(path: String)
}
