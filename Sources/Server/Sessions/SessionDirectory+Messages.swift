import HTTP
import JSON
import MatrixAPI
import Store

/// What a second server may say in the conversation of those who use it: that somebody waits (a card), and how it ended
/// (a result). It never learns which conversation that is.
extension SessionDirectory {
    /// Of a text, in bytes.
    private static let maximumText = 500
    private static let key = "mado.session"

    /// What a second server wants said.
    private struct Wish: Sendable {
        let kind: String
        let user: UserID
        let session: String
        let activity: String
        let text: String
        let link: String
        let transaction: EventTransaction
        let server: String
    }

    /// `PUT /_mado/v1/sessions/messages/{transaction}`: as `user_id`, who has shown who they are.
    ///
    /// `kind` `card`: to the people of `to`, in the conversation that is active; `result`: where the `card` stands.
    func sendMessage(_ request: Request, _ server: StoredSecondServer) async throws -> Answer {
        let body = request.body
        let transaction = request.parameter("transaction")
        guard (1...128).contains(transaction.utf8.count) else {
            throw MatrixError.invalidParam("A transaction has 1 to 128 bytes")
        }
        let link = try body.optionalString("link") ?? server.url
        guard link.hasPrefix(server.url), link.utf8.count <= 1000, link.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw MatrixError.invalidParam("A link leads to the second server: it begins with \(server.url)")
        }
        let wish = Wish(
            kind: try body.requiredString("kind"), user: try body.requiredUserID("user_id"),
            session: try Self.short(body, "session_id"), activity: try Self.short(body, "activity"),
            text: try Self.line(body), link: link,
            transaction: EventTransaction(
                device: DeviceID(unchecked: "second server \(server.name)"), identifier: transaction),
            server: server.name)
        try await requireActive(wish.user)
        try limiter.take(.message, by: wish.user.string, now: request.received)
        switch wish.kind {
        case "card":
            let to = try body.optionalStrings("to").map { text in
                guard let user = UserID(text) else { throw MatrixError.invalidParam("to holds user IDs") }
                return user
            }
            guard (1...50).contains(to.count) else { throw MatrixError.invalidParam("to holds 1 to 50 people") }
            return try await sendCards(wish, to: to, server)
        case "result":
            guard let card = EventID(try body.requiredString("card")) else {
                throw MatrixError.invalidParam("card is no event ID")
            }
            return try await sendResult(wish, card: card, server)
        default: throw MatrixError.invalidParam("kind must be card or result")
        }
    }

    /// That the member could say it by themselves.
    /// - Throws: `M_USER_SUSPENDED`; `M_FORBIDDEN` for an account that is locked or closed.
    private func requireActive(_ user: UserID) async throws {
        guard let account = try await rooms.journal.store.read({ try $0.account(user) }) else { return }
        guard !account.isDeactivated, !account.isLocked else {
            throw MatrixError.forbidden("This account may not say anything")
        }
        if account.isSuspended { throw MatrixError.userSuspended }
    }

    /// To those of `to` who are in an active session with the member, in the smallest conversation that they share. One
    /// that is encrypted end to end gets none: the server could not keep it secret there.
    private func sendCards(_ wish: Wish, to: [UserID], _ server: StoredSecondServer) async throws -> Answer {
        let people = try await people(of: wish.user, for: server)
        var byRoom: [RoomID: [UserID]] = [:]
        for user in to {
            guard let person = people.first(where: { $0.user == user }) else { continue }
            for room in person.rooms {
                guard let snapshot = try await rooms.journal.room(room), !snapshot.isEncrypted else { continue }
                byRoom[room, default: []].append(user)
                break
            }
        }
        var cards: [(event: EventID, people: [UserID])] = []
        for (room, users) in byRoom.sorted(by: { $0.key < $1.key }) {
            let content = Self.content(wish, body: "\(wish.text)\n\(wish.link)", mentions: users, card: nil)
            let event = try await rooms.send(
                "m.room.message", content, to: room, by: wish.user, transaction: wish.transaction)
            cards.append((event, users))
        }
        let reached = Set(byRoom.values.joined())
        return .object { object in
            object.array("cards") { list in
                for card in cards {
                    list.object { object in
                        object.member("event_id", card.event.string)
                        object.array("to") { list in for user in card.people { list.value(user.string) } }
                    }
                }
            }
            object.array("undelivered") { list in
                for user in to where !reached.contains(user) { list.value(user.string) }
            }
        }
    }

    /// Where this server's card stands, also when the conversation is not active any more.
    private func sendResult(_ wish: Wish, card: EventID, _ server: StoredSecondServer) async throws -> Answer {
        let user = wish.user
        let found = try await rooms.journal.store.read { reader -> Event? in
            guard let consent = try reader.sessionConsent(of: user, to: server.name), !consent.isRefused,
                consent.provenUntil > 0, let event = try reader.event(card), let session = event.content[Self.key],
                session["server"]?.string == server.name, session["kind"]?.string == "card",
                session["session_id"]?.string == wish.session
            else { return nil }
            return event
        }
        guard let found, event(found, mayBeAnsweredBy: user) else {
            throw MatrixError.notFound("There is no such card")
        }
        let content = Self.content(wish, body: wish.text, mentions: [], card: card)
        let event = try await rooms.send(
            "m.room.message", content, to: found.roomID, by: user, transaction: wish.transaction)
        return .object { $0.member("event_id", event.string) }
    }

    /// A card is answered by whoever it came from or was for.
    private func event(_ card: Event, mayBeAnsweredBy user: UserID) -> Bool {
        if card.sender == user { return true }
        let mentioned = card.content["m.mentions"]?["user_ids"]?.array.map(Array.init) ?? []
        return mentioned.contains { $0.string == user.string }
    }

    private static func content(_ wish: Wish, body: String, mentions: [UserID], card: EventID?) -> JSONValue {
        .object { content in
            content.member("msgtype", card == nil ? "m.text" : "m.notice")
            content.member("body", body)
            content.object("m.mentions") { object in
                guard !mentions.isEmpty else { return }
                object.array("user_ids") { list in for user in mentions { list.value(user.string) } }
            }
            content.object(key) { session in
                session.member("kind", wish.kind)
                session.member("server", wish.server)
                session.member("session_id", wish.session)
                session.member("activity", wish.activity)
                session.member("text", wish.text)
                session.member("link", wish.link)
            }
            guard let card else { return }
            content.object("m.relates_to") { relation in
                relation.member("rel_type", "m.reference")
                relation.member("event_id", card.string)
            }
        }
    }

    private static func short(_ body: JSONValue, _ name: String) throws -> String {
        let text = try body.requiredString(name)
        guard (1...64).contains(text.utf8.count) else { throw MatrixError.invalidParam("\(name) has 1 to 64 bytes") }
        return text
    }

    /// One line of text.
    private static func line(_ body: JSONValue) throws -> String {
        let text = try body.requiredString("text")
        guard (1...maximumText).contains(text.utf8.count), !text.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw MatrixError.invalidParam("text is one line of at most \(maximumText) bytes") }
        return text
    }
}
