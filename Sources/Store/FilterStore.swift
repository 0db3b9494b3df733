package import MatrixAPI

/// Source: Client-Server API, "Filtering".
package protocol FilterReading {
    func filter(_ id: Int64, of user: UserID) throws(StoreError) -> [UInt8]?
}

package protocol FilterWriting {
    /// Keeps a filter; its identifier, which counts up for each user. The same bytes get the same identifier.
    func insertFilter(_ json: [UInt8], of user: UserID) throws(StoreError) -> Int64
}
