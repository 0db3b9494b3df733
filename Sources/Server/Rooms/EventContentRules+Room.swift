import JSON
import MatrixAPI
import Store

/// What depends on the room that an event is for.
extension EventContentRules {
    /// - Throws: what `checkAliases` and `checkEncryption` throw.
    static func check(_ draft: EventDraft, in id: RoomID, _ transaction: JournalTransaction) throws {
        guard draft.stateKey == "" else { return }
        switch draft.type {
        case "m.room.canonical_alias": try checkAliases(of: draft, in: id, transaction)
        case "m.room.encryption": try checkEncryption(of: draft, in: id, transaction)
        default: break
        }
    }

    /// That encryption, once it is on, stays as it is: members rely on it.
    /// - Throws: `M_FORBIDDEN`.
    private static func checkEncryption(of draft: EventDraft, in id: RoomID, _ transaction: JournalTransaction) throws {
        guard let before = try transaction.room(id)?.stateEvent("m.room.encryption")?.content["algorithm"]?.string,
            draft.proposed.content["algorithm"]?.string != before
        else { return }
        throw MatrixError.forbidden("Encryption cannot be switched off or to another algorithm")
    }

    /// That the aliases which a `m.room.canonical_alias` adds lead to its room.
    ///
    /// - Throws: `M_INVALID_PARAM` when one is no alias, `M_BAD_ALIAS` when it leads elsewhere or nowhere.
    private static func checkAliases(of draft: EventDraft, in id: RoomID, _ transaction: JournalTransaction) throws {
        let before = try transaction.room(id)?.stateEvent("m.room.canonical_alias").map { aliases($0.content) } ?? []
        for name in aliases(draft.proposed.content) where !before.contains(name) {
            guard let alias = RoomAlias(name) else { throw MatrixError.invalidParam("\(name) is not an alias") }
            guard try transaction.store.alias(alias)?.room == id else {
                throw MatrixError(400, .badAlias, "The alias \(name) does not lead to this room")
            }
        }
    }

    private static func aliases(_ content: JSONValue) -> [String] {
        var names = content["alt_aliases"]?.array?.compactMap(\.string) ?? []
        // Clients take the alias away with null or an empty string.
        if let main = content["alias"]?.string, !main.isEmpty { names.append(main) }
        return names
    }
}
