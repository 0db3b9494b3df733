import JSON
package import MatrixAPI
import Store
import Synchronization

/// A filter that all who use it have in common: it is large, and everybody who waits has one.
package final class SharedFilter: Sendable {
    let filter: Filter
    package init(_ filter: Filter) { self.filter = filter }
    /// Lets everything through.
    static let everything = SharedFilter(Filter())
}

/// The filters that clients name or carry in their requests. Programs of one kind have one text, whoever uses them: they get
/// one filter, and with it one answer.
final class SharedFilters: Sendable {
    private struct Name: Hashable {
        let user: UserID
        let id: Int64
    }

    /// Texts that are remembered, and the bytes of the longest one.
    private static let capacity = 1_024
    private static let longestText = 4_096

    private let named = LoadingCache<Name, SharedFilter>()
    private let byText = Mutex<[[UInt8]: SharedFilter]>([:])

    /// The filter with this text.
    /// - Throws: `JSONError`, `FilterError`.
    func filter(_ text: [UInt8], limits: JSONLimits = .default) throws -> SharedFilter {
        if let known = byText.withLock({ $0[text] }) { return known }
        let filter = SharedFilter(try Filter(parsing: JSONValue.parse(text, limits: limits)))
        guard text.count <= Self.longestText else { return filter }
        return byText.withLock { filters in
            if let known = filters[text] { return known }
            if filters.count >= Self.capacity { filters = [:] }
            filters[text] = filter
            return filter
        }
    }

    /// The filter that a member keeps under a number; nil when only the store knows.
    func filter(_ id: Int64, of user: UserID) -> SharedFilter? { named.value(Name(user: user, id: id)) }

    /// The same, read from the store; nil when there is none.
    func filter(_ id: Int64, of user: UserID, _ reader: any StoreReader) throws -> SharedFilter? {
        // A filter never changes.
        try named.value(Name(user: user, id: id), asOf: .max) {
            try reader.filter(id, of: user).map { try filter($0, limits: .stored) }
        }
    }
}
