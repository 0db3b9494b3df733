import JSON

extension AccountModel {
    /// What is best known of somebody.
    package func person(_ userID: String) -> Person {
        if userID == self.userID { return profile }
        return known[userID] ?? Person(userID: userID)
    }

    /// Contacts and people of known rooms, with the server's directory when it can be asked.
    package func searchPeople(_ text: String) async -> [Person] {
        guard let parts else { return [] }
        var found: [Person] = (try? await parts.engine.store.read { try $0.people(matching: text, limit: 50) }) ?? []
        let (engine, isMado) = (parts.engine, record.isMado)
        if let remote = try? await parts.client.searchPeople(text, isMado: isMado) {
            let now = engine.clock.now().wall
            for (person, presence) in remote {
                var person = person
                if let presence { person.presence = PersonPresence(content: presence, now: now) }
                if let index = found.firstIndex(where: { $0.userID == person.userID }) {
                    if presence == nil { person.presence = found[index].presence }
                    found[index] = person
                } else {
                    found.append(person)
                }
            }
        }
        // The portal's own account is nobody to talk with.
        let portal = "@mado:" + userID.drop { $0 != ":" }.dropFirst()
        return found.filter { $0.userID != userID && $0.userID != portal }.map { found in
            var person = found
            if let contact = contacts.first(where: { $0.userID == found.userID }) {
                person.isContact = contact.isContact
                person.group = contact.group
            }
            if known[person.userID] == nil { known[person.userID] = person }
            return person
        }
    }

    package func addContact(_ userID: String) {
        changeContacts { list, now in if list.groups[userID] == nil { list.set(userID, group: nil, at: now) } }
        learn(userID)
    }

    /// Name and picture of somebody of whom no room tells come from their profile, once.
    /// - Parameter roomID: whose summary shows them.
    func learn(_ userID: String, for roomID: String? = nil) {
        let person = known[userID]
        guard let parts, person?.avatar == nil || person?.displayName == Person.localpart(of: userID),
            learned.insert(userID).inserted
        else { return }
        Task {
            guard let profile = try? await parts.client.profile(of: userID) else { return }
            try? await parts.engine.change { database, changes in
                try database.setProfile(
                    of: userID, displayName: profile["displayname"]?.string, avatar: profile["avatar_url"]?.string)
                changes.people = [userID]
                changes.summaries = Set(roomID.map { [$0] } ?? [])
            }
        }
    }

    package func removeContact(_ userID: String) { changeContacts { $0.remove(userID, at: $1) } }

    /// nil takes the person out of their group. Somebody who is no contact becomes one.
    package func setGroup(_ group: String?, for userID: String) {
        changeContacts { $0.set(userID, group: group, at: $1) }
    }

    private func changeContacts(_ change: @escaping @Sendable (inout ContactData, _ now: Int64) -> Void) {
        guard let parts else { return }
        let now = parts.engine.clock.now().wall
        parts.engine.submit { database, changes in
            try database.changeContacts { change(&$0, now) }
            changes.contacts = true
        }
        parts.sendSoon()
    }

    package func setAvailability(_ availability: Availability, message: String) {
        self.availability = availability
        statusMessage = message
        presenceChosen()
    }

    /// Away by idle time or a locked screen.
    package func setIdle(_ idle: Bool) {
        guard isIdle != idle else { return }
        isIdle = idle
        presenceChosen()
    }

    private func presenceChosen() {
        changes.notify(.profile)
        guard let parts else { return }
        let presence = ownPresence
        parts.connection.setPresence(presence.word)
        parts.engine.submit { database, _ in try presence.keep(in: database) }
        guard parts.engine.sendsAtOnce else { return }
        Task { await parts.engine.sendOwnPresence() }
    }

    package func setDisplayName(_ name: String) async throws {
        try await running().client.setProfile("displayname", name, user: userID)
        profile.displayName = name.isEmpty ? Person.localpart(of: userID) : name
        changes.notify(.profile)
    }

    package func setAvatar(path: String) async throws {
        let parts = try running()
        let uri = try await parts.client.upload(file: path, mimeType: MediaType.ofFile(path), name: "avatar")
        try await parts.client.setProfile("avatar_url", uri, user: userID)
        profile.avatar = MediaReference(uri: uri)
        changes.notify(.profile)
    }

    package func changePassword(old: String, new: String) async throws {
        try await running().client.changePassword(user: userID, old: old, new: new)
    }

    /// Tries again at once.
    package func reconnectNow() { parts?.connection.reconnectNow() }

    /// To be told when the network has changed.
    package func networkChanged() {
        // Calls tell of their new addresses at once, and not by connections that lead nowhere any more.
        parts?.transport.networkChanged()
        parts?.connection.networkChanged()
    }
}
