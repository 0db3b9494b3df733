internal import CSecret
internal import SecretShims

/// The desktop's secret service (GNOME Keyring, KWallet, KeePassXC) through libsecret.
package final class SecretServiceStore: SecretStore {
    package init() {}

    /// Whether one answers on the session bus.
    package static func isAvailable() -> Bool { mado_secret_service_answers() == 1 }

    package func secret(_ name: String) throws -> String? {
        var failure: UnsafeMutablePointer<CChar>?
        let secret = mado_secret_find(name, &failure)
        defer { mado_secret_free(secret) }
        try Self.check(failure)
        return secret.map { String(cString: $0) }
    }

    package func setSecret(_ value: String?, for name: String) throws {
        var failure: UnsafeMutablePointer<CChar>?
        if let value {
            _ = mado_secret_store(name, "Mado: \(name)", value, &failure)
        } else {
            _ = mado_secret_clear(name, &failure)
        }
        try Self.check(failure)
    }

    private static func check(_ failure: UnsafeMutablePointer<CChar>?) throws(SecretStoreError) {
        guard let failure else { return }
        defer { g_free(failure) }
        throw .service(String(cString: failure))
    }
}
