/// What ``ClientModel`` tells its observers.
package enum ClientChange: Sendable, Equatable {
    case accounts
    case settings
    /// Settings or the list of accounts could not be written; the reason.
    case cannotSave(String)
}

/// What ``AccountModel`` tells its observers, after the model has changed.
package enum AccountChange: Sendable, Equatable {
    /// Own name, picture, availability or status message.
    case profile
    case presence(userID: String)
    case connection
    case outbox
    case conversations
    case requests
    /// How much is unread, or what of it counts.
    case unread
    case contacts
    case newMessages([Notice])
    case portal
}

/// What ``ConversationModel`` tells its observers, after the model has changed.
package enum ConversationChange: Sendable, Equatable {
    case summary
    case typing
    case members
    case draft
    case items(ItemsChange)
}

/// What happened to the loaded items; already applied when told, one after the other.
package enum ItemsChange: Sendable, Equatable {
    case reset
    /// At these places now.
    case inserted(Range<Int>)
    /// At these places before.
    case removed(Range<Int>)
    case updated([Int])
}
