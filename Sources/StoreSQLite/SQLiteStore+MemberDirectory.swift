import JSON
import MatrixAPI
import Store

/// How a profile gets into the member directory.
enum MemberDirectory {
    static let displayNameField = "displayname"

    /// The name in a profile field's JSON; nil when it is not a string.
    static func displayName(_ json: [UInt8]) -> String? {
        (try? JSONValue.parse(json, limits: .stored))?.string
    }
}

extension SQLiteReader: MemberDirectoryReading {
    private static let search: SQL = """
        SELECT a.user, a.directory_name, p.json
        FROM accounts a INDEXED BY accounts_directory
        LEFT JOIN profile_fields p ON p.user = a.user AND p.key = 'displayname'
        WHERE a.is_deactivated = 0 AND a.kind <> 'guest' AND (a.directory_name, a.user) > (?, ?)
            AND instr(a.search_text, ?) > 0
        ORDER BY a.directory_name, a.user LIMIT ?
        """

    func searchMembers(_ term: String, after: MemberDirectoryCursor?, limit: Int)
        throws(StoreError) -> [DirectoryMember]
    {
        try connection.all(
            Self.search, after?.name ?? "", after?.user.string ?? "", NameFolding.fold(term), max(0, limit)
        ) {
            let user: UserID = $0.id(0)
            return DirectoryMember(
                user: user, displayName: $0.optionalBlob(2).flatMap(MemberDirectory.displayName),
                cursor: MemberDirectoryCursor(name: $0.text(1), user: user))
        }
    }
}
