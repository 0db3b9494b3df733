import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct ReceiptTests {
    private func mark(_ member: TestMember, _ kind: String, _ event: String, _ room: String, _ body: String = "{}")
        async -> String
    {
        await member.post(member.path(room, "receipt/\(kind)/\(event)"), body).outcome
    }

    private func receipts(_ server: RouteHarness, _ room: String) async throws -> [StoredReceipt] {
        try await server.store.read { try $0.receipts(in: RoomID(unchecked: room)) }
    }

    @Test func neverGoBack() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let events = [try await hanako.say("a", in: room), try await hanako.say("b", in: room)]
            #expect(await mark(hanako, "m.read", events[1], room) == "200")
            let before = server.journal.position
            #expect(await mark(hanako, "m.read", events[0], room) == "200")
            #expect(await mark(hanako, "m.read", events[1], room) == "200")
            #expect(server.journal.position == before, "nothing changed, nobody is told")
            let stored = try await receipts(server, room)
            #expect(stored.map(\.eventID.string) == [events[1]])
            #expect(stored.first?.timestamp == server.clock.now)
            // Each kind and thread by itself.
            #expect(await mark(hanako, "m.read.private", events[0], room) == "200")
            #expect(await mark(hanako, "m.read", events[0], room, #"{"thread_id":"main"}"#) == "200")
            #expect(try await receipts(server, room).count == 3)
        }
    }

    @Test func onlyForWhatOneSeesAndNeverForOthers() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            let hidden = try await hanako.say("hidden", in: room)
            #expect(await mark(kenji, "m.read", hidden, room) == "403 M_FORBIDDEN")
            try await hanako.bring(kenji, into: room)
            #expect(await mark(kenji, "m.read", hidden, room) == "404 M_NOT_FOUND")
            #expect(await mark(kenji, "m.read", "$none", room) == "404 M_NOT_FOUND")
            let other = try await hanako.say("elsewhere", in: try await hanako.createRoom())
            #expect(await mark(hanako, "m.read", other, room) == "404 M_NOT_FOUND")
            let event = try await hanako.say("seen", in: room)
            // Whatever the body says, the receipt is the sender's.
            let forged = #"{"user_id":"\#(hanako.user)","sender":"\#(hanako.user)"}"#
            #expect(await mark(kenji, "m.read", event, room, forged) == "200")
            #expect(try await receipts(server, room).map(\.user) == [kenji.user])
            #expect(await mark(kenji, "m.seen", event, room) == "400 M_INVALID_PARAM")
            _ = await kenji.leave(room)
            #expect(await mark(kenji, "m.read", event, room) == "403 M_FORBIDDEN")
        }
    }

    @Test func threads() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let root = try await hanako.say("root", in: room)
            func related(_ relation: String, _ event: String, _ transaction: String) async throws -> String {
                let content = #"{"rel_type":"\#(relation)","event_id":"\#(event)"}"#
                let answer = await hanako.put(
                    hanako.path(room, "send/m.room.message/\(transaction)"),
                    #"{"msgtype":"m.text","body":"x","m.relates_to":\#(content)}"#)
                return try #require(answer["event_id"]?.string)
            }
            let inThread = try await related("m.thread", root, "1")
            let edit = try await related("m.replace", inThread, "2")
            func check(_ event: String, _ thread: String) async -> String {
                await mark(hanako, "m.read", event, room, #"{"thread_id":\#(thread)}"#)
            }
            #expect(await check(inThread, #""\#(root)""#) == "200")
            #expect(await check(edit, #""\#(root)""#) == "200")
            #expect(await check(root, #""\#(root)""#) == "200")
            #expect(await check(root, #""main""#) == "200")
            #expect(await check(inThread, #""main""#) == "400 M_INVALID_PARAM")
            #expect(await check(root, #""$other""#) == "400 M_INVALID_PARAM")
            #expect(await check(root, #""""#) == "400 M_INVALID_PARAM")
            #expect(await check(root, "7") == "400 M_INVALID_PARAM")
            let fully = await mark(hanako, "m.fully_read", root, room, #"{"thread_id":"main"}"#)
            #expect(fully == "400 M_INVALID_PARAM")
        }
    }

    @Test func readMarkers() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let events = [try await hanako.say("a", in: room), try await hanako.say("b", in: room)]
            let body = #"{"m.fully_read":"\#(events[1])","m.read":"\#(events[0])","m.read.private":"\#(events[1])"}"#
            #expect(await hanako.post(hanako.path(room, "read_markers"), body).status == 200)
            #expect(try await receipts(server, room).count == 2)
            func fullyRead() async throws -> String? {
                let data = try await server.store.read {
                    try $0.accountData(of: hanako.user, room: RoomID(unchecked: room), type: "m.fully_read")
                }
                return json(String(decoding: data?.json ?? [], as: UTF8.self))["event_id"]?.string
            }
            #expect(try await fullyRead() == events[1])
            #expect(await mark(hanako, "m.fully_read", events[0], room) == "200")
            #expect(try await fullyRead() == events[1], "never back")
            #expect(await hanako.post(hanako.path(room, "read_markers"), "{}").status == 200)
            let wrong = await hanako.post(hanako.path(room, "read_markers"), #"{"m.fully_read":"x"}"#)
            #expect(wrong.outcome == "400 M_INVALID_PARAM")
            // All or nothing.
            let half = #"{"m.read":"\#(events[1])","m.fully_read":"$none"}"#
            #expect(await hanako.post(hanako.path(room, "read_markers"), half).outcome == "404 M_NOT_FOUND")
            #expect(try await receipts(server, room).first { $0.type == "m.read" }?.eventID.string == events[0])
        }
    }
}
