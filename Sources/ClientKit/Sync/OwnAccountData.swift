/// Account data that this program writes.
enum OwnAccountData {
    /// The member's own list of contacts, ``ContactData``.
    static let contacts = "mado.contacts"
    static let direct = "m.direct"

    /// The name of the mark that this type was changed here and not told to the server yet.
    static func unsent(_ type: String) -> String { "unsent." + type }
}
