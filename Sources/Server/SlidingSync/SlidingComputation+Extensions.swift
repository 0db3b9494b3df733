import JSON
import MatrixAPI
import Store

/// What an answer has besides rooms.
struct SlidingExtensionsAnswer {
    var body: [UInt8]
    /// Whether nothing is news in it.
    var isEmpty: Bool
    var messagesThrough: Int64?
}

extension SlidingComputation {
    /// - Parameter timelines: the rooms that are told of in the answer, with where their events begin.
    mutating func extensions(
        _ window: SlidingWindow, _ timelines: [RoomID: Int64]
    ) throws -> SlidingExtensionsAnswer {
        let joined = window.joined.count == after.window.count ? after.window : Set(window.joined)
        /// The rooms that an extension is about, of those in `rooms`.
        func ids(_ scope: SlidingExtensions.Scope, of rooms: Set<RoomID>) -> Set<RoomID> {
            scope.isEverything ? rooms : window.ids(in: scope).intersection(rooms)
        }
        var answers: [(name: String, body: [UInt8], isEmpty: Bool)] = []
        var messagesThrough: Int64?
        if let wanted = request.extensions.toDevice {
            let messages = toDevice(wanted)
            messagesThrough = messages.through
            answers.append(("to_device", messages.body, messages.through == nil))
        }
        if request.extensions.wantsEncryption {
            let (body, isEmpty) = try encryption()
            answers.append(("e2ee", body, isEmpty))
        }
        if let scope = request.extensions.accountData {
            answers.append(try withEmptiness("account_data", accountData(ids(scope, of: after.window))))
        } else {
            after.accountData = nil
        }
        if let scope = request.extensions.receipts {
            answers.append(try withEmptiness("receipts", receipts(ids(scope, of: joined), timelines)))
        } else {
            after.receipts = nil
            after.receiptsUntil = [:]
        }
        if let scope = request.extensions.typing {
            answers.append(withEmptiness("typing", typing(ids(scope, of: joined))))
        } else {
            after.typing = nil
            after.typingShown = []
        }
        let body = JSONWriter.object { object in
            for (name, body, _) in answers {
                object.member(request.extensions.keys[name] ?? name, RawJSON(body))
            }
        }
        return SlidingExtensionsAnswer(
            body: body, isEmpty: answers.allSatisfy(\.isEmpty), messagesThrough: messagesThrough)
    }

    private func withEmptiness(_ name: String, _ body: [UInt8]) -> (String, [UInt8], Bool) {
        (name, body, body.count == 2)
    }

    // MARK: Encryption

    /// Messages to the device, in portions. Source: MSC3885.
    private func toDevice(_ wanted: SlidingExtensions.ToDevice) -> (body: [UInt8], through: Int64?) {
        let messages = changes.toDevice.prefix(wanted.limit)
        let isAll = messages.count == changes.toDevice.count
        let end = isAll ? max(upTo, wanted.since ?? 0) : messages.last?.position ?? upTo
        let body = JSONWriter.object { object in
            object.member("next_batch", String(end))
            if !messages.isEmpty { object.events(messages.map { RawJSON($0.message) }) }
        }
        return (body, messages.isEmpty ? nil : end)
    }

    /// Whose devices changed, and what is left of the device's own keys. Source: MSC3884.
    private mutating func encryption() throws -> (body: [UInt8], isEmpty: Bool) {
        let lists = try base.deviceLists()
        guard let keys = try base.sources.keys.keyCounts(of: user, device: base.query.device, base.reader) else {
            throw NeedsStore()
        }
        after.keys = keys
        let body = JSONWriter.object { object in
            if !lists.isEmpty { lists.write(to: &object) }
            keys.write(to: &object)
        }
        return (body, lists.isEmpty && keys == before.keys)
    }

    // MARK: Account data

    /// All of it when the extension is asked for first, and that of rooms that come into its scope. Source: MSC3959.
    private mutating func accountData(_ scope: Set<RoomID>) throws -> [UInt8] {
        func changed(_ room: RoomID?) -> [RawJSON] {
            (changes.accountData[room] ?? []).map(SyncComputation.accountDataEvent)
        }
        func all(_ room: RoomID?) throws -> [RawJSON] {
            try base.store().accountData(of: user, room: room).map {
                SyncComputation.accountDataEvent(($0.type, $0.json))
            }
        }
        let global = try before.accountData == nil ? all(nil) : changed(nil)
        let entering = Self.entering(scope, before.accountData)
        let touched = changes.accountData.keys.compactMap(\.self).filter {
            scope.contains($0) && !entering.contains($0)
        }
        var rooms = touched.map { (id: $0, events: changed($0)) }
        for id in entering { rooms.append((id, try all(id))) }
        rooms = rooms.filter { !$0.events.isEmpty }.sorted { $0.id < $1.id }
        after.accountData = scope
        return JSONWriter.object { object in
            if !global.isEmpty { object.array("global") { list in for event in global { list.value(event) } } }
            guard !rooms.isEmpty else { return }
            object.object("rooms") { object in
                for (id, events) in rooms {
                    object.array(id.string) { list in for event in events { list.value(event) } }
                }
            }
        }
    }

    /// The rooms that were not in an extension's scope before.
    private static func entering(_ scope: Set<RoomID>, _ before: Set<RoomID>?) -> Set<RoomID> {
        scope == before ? [] : scope.subtracting(before ?? [])
    }

    // MARK: Receipts

    /// New receipts in the scope; of rooms that come into it, those of the events in the answer and the member's own,
    /// or what was missed since they went out of it. Source: MSC3960.
    ///
    /// - Parameter joined: the rooms of the scope that the member is in.
    private mutating func receipts(_ joined: Set<RoomID>, _ timelines: [RoomID: Int64]) throws -> [UInt8] {
        let entering = Self.entering(joined, before.receipts)
        var rooms: [(RoomID, [Receipt])] = try changes.touchedRooms.compactMap { id in
            guard joined.contains(id), !entering.contains(id) else { return nil }
            let receipts = try changes.receipts(in: id)
            return receipts.isEmpty ? nil : (id, receipts)
        }
        for id in entering {
            let store = try base.store()
            if let known = after.receiptsUntil.removeValue(forKey: id) {
                rooms.append((id, try store.receipts(in: [id], after: known, through: upTo).map(Receipt.init)))
            } else {
                let start = timelines[id] ?? .max
                let wanted = try store.receipts(in: id).filter { $0.user == user || $0.eventPosition >= start }
                rooms.append((id, wanted.map(Receipt.init)))
            }
        }
        for id in Self.entering(before.receipts ?? [], joined) {
            after.receiptsUntil[id] = before.token?.position
        }
        after.receipts = joined
        return Self.byRoom(
            rooms.compactMap { id, receipts in
                let visible = receipts.filter { $0.type != "m.read.private" || $0.user == user }
                return visible.isEmpty ? nil : (id, ReceiptEvent.encode(visible))
            })
    }

    // MARK: Typing

    /// Who types, in rooms of the scope where that changed or that come into it. Source: MSC4508.
    ///
    /// - Parameter joined: the rooms of the scope that the member is in.
    private mutating func typing(_ joined: Set<RoomID>) -> [UInt8] {
        let typing = base.sources.typing
        let entering = Self.entering(joined, before.typing)
        let changed = Set(typing.rooms(changedAfter: base.knownEphemeral ?? 0)).intersection(joined)
        var rooms: [(RoomID, RawJSON)] = []
        for id in changed.union(entering) {
            let isSilent = typing.typing(in: id).isEmpty
            if entering.contains(id), isSilent, !before.typingShown.contains(id) { continue }
            if isSilent { after.typingShown.remove(id) } else { after.typingShown.insert(id) }
            rooms.append((id, base.typingEvent(in: id)))
        }
        after.typing = joined
        return Self.byRoom(rooms)
    }

    private static func byRoom(_ rooms: [(RoomID, RawJSON)]) -> [UInt8] {
        JSONWriter.object { object in
            guard !rooms.isEmpty else { return }
            object.object("rooms") { object in
                for (id, event) in rooms.sorted(by: { $0.0 < $1.0 }) { object.member(id.string, event) }
            }
        }
    }
}

extension SlidingWindow {
    /// The rooms that an extension is about.
    func ids(in scope: SlidingExtensions.Scope) -> Set<RoomID> {
        Set(
            rooms.lazy.filter { entry in
                let isListed = scope.lists.map { !$0.isDisjoint(with: entry.lists) } ?? !entry.lists.isEmpty
                return isListed || entry.isSubscribed && scope.rooms?.contains(entry.room.id) ?? true
            }.map(\.room.id))
    }
}
