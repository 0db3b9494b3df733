/// Secrets that the server made for itself (keys that it signs or hashes with), by name.
package protocol ServerSecretReading {
    func serverSecret(_ name: String) throws(StoreError) -> [UInt8]?
}

package protocol ServerSecretWriting {
    func setServerSecret(_ secret: [UInt8], name: String) throws(StoreError)
}
