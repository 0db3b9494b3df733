package import MatrixAPI

/// An account in the member directory.
package struct DirectoryMember: Hashable, Sendable {
    package let user: UserID
    package let displayName: String?
    /// Its place in the directory's order.
    package let cursor: MemberDirectoryCursor

    package init(user: UserID, displayName: String?, cursor: MemberDirectoryCursor) {
        self.user = user
        self.displayName = displayName
        self.cursor = cursor
    }
}

/// A place in the member directory: ordered by the folded display name (localpart where there is none), then by user.
package struct MemberDirectoryCursor: Hashable, Sendable {
    package let name: String
    package let user: UserID

    package init(name: String, user: UserID) {
        self.name = name
        self.user = user
    }
}

package protocol MemberDirectoryReading {
    /// A page of the accounts (neither deactivated nor guests) whose localpart or display name contains `term`,
    /// behind `after`. Letters' case does not matter; an empty term finds all.
    func searchMembers(_ term: String, after: MemberDirectoryCursor?, limit: Int)
        throws(StoreError) -> [DirectoryMember]
}

/// The form in which names are compared, the same for every engine.
package enum NameFolding {
    /// Lower case by Unicode's rules, surrounding white space removed, line breaks made spaces.
    package static func fold(_ name: String) -> String {
        let lowered = name.lowercased()
        let words = lowered.split(omittingEmptySubsequences: false) { $0.isNewline }
        let line = words.joined(separator: " ")
        let start = line.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
