import MatrixAPI
import Store
import Testing

/// What every engine does with rooms, their directory, aliases and members.
@Suite struct RoomContractTests {
    private func join(_ user: UserID, _ room: RoomID, at position: Int64 = 1) -> StoredMembership {
        StoredMembership(user: user, room: room, membership: .join, position: position, sender: user)
    }

    @Test(arguments: StoreEngine.all)
    func roomsAreKeptOnceAndListedInOrder(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.two, isPublic: true))
            try writer.insertRoom(StoredRoom(.one))
        }
        #expect(throws: StoreError.self) { try fixture.write { try $0.insertRoom(StoredRoom(.one)) } }
        try await fixture.read { (reader) throws in
            #expect(try reader.room(.two) == StoredRoom(.two, isPublic: true))
            #expect(try reader.room(RoomID(unchecked: "!no")) == nil)
            #expect(try reader.rooms(after: nil, limit: 9).map(\.id) == [.one, .two])
            #expect(try reader.rooms(after: .one, limit: 9).map(\.id) == [.two])
            #expect(try reader.rooms(after: nil, limit: 1).map(\.id) == [.one])
            #expect(try reader.roomCount() == 2)
        }
    }

    @Test(arguments: StoreEngine.all)
    func theDirectoryIsPagedByMembers(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let rooms = ["!a", "!b", "!c", "!d"].map { RoomID(unchecked: $0) }
        try fixture.write { (writer) throws in
            for room in rooms { try writer.insertRoom(StoredRoom(room, isPublic: true)) }
            try writer.setPublic(false, room: rooms[3])
            try writer.setMembership(join(.ana, rooms[2]))
            try writer.setMembership(join(.ben, rooms[2]))
            try writer.setMembership(join(.ben, rooms[3]))
        }
        try await fixture.read { (reader) throws in
            let first = try reader.publicRooms(after: nil, limit: 2)
            #expect(
                first == [DirectoryRoom(id: rooms[2], joinedMembers: 2), DirectoryRoom(id: rooms[0], joinedMembers: 0)])
            #expect(try reader.publicRooms(after: first.last, limit: 9).map(\.id) == [rooms[1]])
            #expect(try reader.publicRoomCount() == 3)
        }
    }

    @Test(arguments: StoreEngine.all)
    func anAliasLeadsToOneRoom(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let alias = StoredRoomAlias(alias: RoomAlias(unchecked: "#b:test"), room: .one, creator: .ana)
        let other = StoredRoomAlias(alias: RoomAlias(unchecked: "#a:test"), room: .one, creator: .ben)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.insertAlias(alias)
            try writer.insertAlias(other)
            let taken = StoredRoomAlias(alias: alias.alias, room: .two, creator: .ben)
            #expect(throws: StoreError.self) { try writer.insertAlias(taken) }
        }
        #expect(try await fixture.read { try $0.alias(alias.alias) } == alias)
        #expect(try await fixture.read { try $0.aliases(of: .one) } == [other.alias, alias.alias])
        try fixture.write { (writer) throws in
            #expect(try writer.deleteAlias(alias.alias))
            #expect(try !writer.deleteAlias(alias.alias))
        }
        #expect(try await fixture.read { try $0.alias(alias.alias) } == nil)
    }

    @Test(arguments: StoreEngine.all)
    func theJoinedCountFollowsEveryMembership(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { try $0.insertRoom(StoredRoom(.one)) }
        let steps: [(UserID, Membership, joined: Int)] = [
            (.ana, .join, 1), (.ben, .invite, 1), (.ben, .join, 2), (.ben, .join, 2), (.cem, .knock, 2),
            (.ana, .leave, 1), (.ana, .leave, 1), (.ben, .ban, 0), (.ana, .join, 1),
        ]
        for (index, step) in steps.enumerated() {
            try fixture.write { (writer) throws in
                try writer.setMembership(
                    StoredMembership(
                        user: step.0, room: .one, membership: step.1, position: Int64(index), sender: .ana))
            }
            #expect(try await fixture.read { try $0.joinedMemberCount(of: .one) } == step.joined, "step \(index)")
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.memberCount(of: .one, membership: .ban) == 1)
            #expect(try reader.members(of: .one).map(\.user) == [.ana, .ben, .cem])
            #expect(try reader.members(of: .one, membership: .knock).map(\.user) == [.cem])
            #expect(try reader.members(of: .one, membership: nil, after: .ana, limit: 1).map(\.user) == [.ben])
            #expect(try reader.members(of: .one, membership: .join, after: .ana, limit: 9).isEmpty)
        }
    }

    @Test(arguments: StoreEngine.all)
    func aUsersRoomsWithAllThatIsKnown(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let invite = StoredMembership(
            user: .ben, room: .two, membership: .invite, position: 7, sender: .ana, isDirect: true)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.setMembership(join(.ben, .one, at: 3))
            try writer.setMembership(invite)
            try writer.setMembership(join(.ana, .two))
        }
        #expect(try await fixture.read { try $0.memberships(of: .ben) } == [join(.ben, .one, at: 3), invite])
        #expect(try await fixture.read { try $0.membership(of: .ben, in: .two) } == invite)
        #expect(try await fixture.read { try $0.membership(of: .cem, in: .two) } == nil)

        try fixture.write { try $0.forget(room: .one, user: .ben) }
        #expect(try await fixture.read { try $0.membership(of: .ben, in: .one) }?.isForgotten == true)
        try fixture.write { try $0.setMembership(join(.ben, .one, at: 9)) }
        #expect(try await fixture.read { try $0.membership(of: .ben, in: .one) } == join(.ben, .one, at: 9))

        let joined = try await fixture.read { (reader) throws in
            var joined: [String] = []
            try reader.forEachMember(with: .join) { joined.append("\($0) \($1)") }
            return joined.sorted()
        }
        #expect(joined == ["!one:test @ben:test", "!two:test @ana:test"])
    }

    @Test(arguments: StoreEngine.all)
    func theRoomsOfAUserInWhichSomethingHappened(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let rooms = ["said", "read", "delivered", "joined", "old"].map { RoomID(unchecked: "!\($0):test") }
        try fixture.write { (writer) throws in
            for room in rooms {
                try writer.insertRoom(StoredRoom(room))
                try writer.setMembership(join(.ana, room, at: room == rooms[3] ? 7 : 1))
            }
            try writer.insertRoom(StoredRoom(.one))
            for (room, position) in [(rooms[0], 6), (rooms[4], 5), (.one, 8)] as [(RoomID, Int64)] {
                try writer.insert(Event(position, in: room), relation: nil)
            }
            try writer.setReceipt(
                StoredReceipt(
                    room: rooms[1], user: .ben, type: "m.read", thread: "", eventID: EventID(1), eventPosition: 1,
                    timestamp: 0, position: 9))
            try writer.insertDeliveryMark(
                DeliveryMark(position: 10, before: 2, through: 10, isHeld: false, time: 0), of: .ana, in: rooms[2],
                keeping: 3)
        }
        func changed(_ position: Int64) async throws -> Set<RoomID> {
            Set(try await fixture.read { try $0.rooms(of: .ana, changedAfter: position) })
        }
        #expect(try await changed(5) == Set(rooms[0...3]))
        #expect(try await changed(4) == Set(rooms))
        #expect(try await changed(7) == [rooms[1], rooms[2]])
        #expect(try await changed(10) == [])
    }
}
