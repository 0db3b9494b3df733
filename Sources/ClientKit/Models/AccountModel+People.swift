extension AccountModel {
    /// What is best known of somebody.
    package func person(_ userID: String) -> Person { contacts.first { $0.userID == userID } ?? Person(userID: userID) }

    /// Contacts and people of known rooms at once, with the server's directory when it can be asked.
    package func searchPeople(_ text: String) async -> [Person] { [] }

    package func addContact(_ userID: String) {}
    package func removeContact(_ userID: String) {}
    /// nil takes the person out of their group. Somebody who is no contact becomes one.
    package func setGroup(_ group: String?, for userID: String) {}

    package func setAvailability(_ availability: Availability, message: String) {}
    /// Away by idle time or a locked screen.
    package func setIdle(_ idle: Bool) {}

    package func setDisplayName(_ name: String) async throws {}
    package func setAvatar(path: String) async throws {}
    package func changePassword(old: String, new: String) async throws {}

    /// Tries again at once.
    package func reconnectNow() {}
    /// To be told when the network has changed.
    package func networkChanged() {}
}
