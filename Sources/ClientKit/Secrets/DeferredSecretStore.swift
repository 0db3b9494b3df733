import Synchronization

/// A store that is made when it is first asked: looking for the desktop's secret service takes time that the start of the
/// program need not wait for.
package final class DeferredSecretStore: SecretStore {
    private let made = Mutex<(any SecretStore)?>(nil)
    private let make: @Sendable () -> any SecretStore

    package init(_ make: @escaping @Sendable () -> any SecretStore) { self.make = make }

    private func store() -> any SecretStore {
        made.withLock { made in
            if let made { return made }
            let store = make()
            made = store
            return store
        }
    }

    package func secret(_ name: String) throws -> String? { try store().secret(name) }
    package func setSecret(_ value: String?, for name: String) throws { try store().setSecret(value, for: name) }
}
