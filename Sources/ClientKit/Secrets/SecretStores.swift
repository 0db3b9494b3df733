/// Which store keeps the secrets here.
package enum SecretStores {
    /// The desktop's secret service where one answers, else an encrypted file in the folder. Blocks.
    package static func `default`(folder: String) -> any SecretStore {
        SecretServiceStore.isAvailable() ? SecretServiceStore() : FileSecretStore(folder: folder)
    }
}
