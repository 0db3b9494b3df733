import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct ToDeviceTests {
    private static func send(_ sender: TestMember, _ transaction: String, _ messages: String) async -> TestAnswer {
        await sender.put("/_matrix/client/v3/sendToDevice/m.test/\(transaction)", #"{"messages":\#(messages)}"#)
    }

    private func numbers(_ answer: TestAnswer) -> [Int64] {
        answer["to_device"]?["events"]?.array?.compactMap { $0["content"]?["n"]?.int } ?? []
    }

    @Test func reachTheDevicesThatAreNamed() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let phone = try await server.logIn("kenji")
            let sent = await Self.send(
                hanako, "1",
                #"{"\#(kenji.user)":{"\#(phone.device)":{"n":1},"NOWHERE":{"n":2}},"@no:one":{"*":{"n":3}}}"#)
            #expect(sent.text == "{}")
            _ = await Self.send(hanako, "2", #"{"\#(kenji.user)":{"*":{"n":4}}}"#)
            let (desk, pocket) = (await kenji.sync(), await phone.sync())
            #expect(numbers(desk) == [4])
            #expect(numbers(pocket) == [1, 4])
            let event = pocket["to_device"]?["events"]?.first
            #expect(event?["sender"]?.string == hanako.user.string)
            #expect(event?["type"]?.string == "m.test")
        }
    }

    @Test func areNoLargerThanAnEvent() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            for (length, outcome) in [(65_000, "200"), (65_536, "413 M_TOO_LARGE")] {
                let text = String(repeating: "x", count: length)
                let sent = await Self.send(hanako, "\(length)", #"{"\#(hanako.user)":{"*":{"text":"\#(text)"}}}"#)
                #expect(sent.outcome == outcome)
            }
        }
    }

    @Test func aRepeatedRequestSendsNothingTwice() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let message = #"{"\#(kenji.user)":{"*":{"n":1}}}"#
            for _ in 1...2 { #expect(await Self.send(hanako, "1", message).status == 200) }
            let phone = try await server.logIn("hanako")
            #expect(await Self.send(phone, "1", message).status == 200)
            #expect(numbers(await kenji.sync()) == [1, 1], "another device's transaction is another one")
        }
    }

    @Test func malformedOnesAreRefused() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            for wrong in ["[]", #"{"kenji":{"*":{}}}"#, #"{"@a:b":[]}"#, #"{"@a:b":{"*":"text"}}"#] {
                #expect(await Self.send(hanako, "1", wrong).outcome == "400 M_BAD_JSON")
            }
            let many = (0...2000).map { #""D\#($0)":{}"# }.joined(separator: ",")
            #expect(await Self.send(hanako, "1", #"{"@a:b":{\#(many)}}"#).outcome == "413 M_TOO_LARGE")
        }
    }

    /// The answer to a first sync may have been lost; what was acknowledged is not given again.
    @Test func aSecondFirstSyncGivesWhatWasNotAcknowledged() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = await Self.send(hanako, "1", #"{"\#(kenji.user)":{"*":{"n":1}}}"#)
            #expect(numbers(await kenji.sync()) == [1])
            let again = await kenji.sync()
            #expect(numbers(again) == [1])
            _ = await kenji.sync(since: again.token)
            try await server.journal.write { _ in }
            #expect(numbers(await kenji.sync()) == [])
        }
    }

    /// A store that was restored from a backup counts anew: an old token acknowledges nothing of what came since.
    @Test func aTokenOfTheFutureAcknowledgesNothing() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = await kenji.sync(since: await kenji.firstToken())
            _ = await Self.send(hanako, "1", #"{"\#(kenji.user)":{"*":{"n":1}}}"#)
            let future = "s\(server.journal.position + 1000)_1_0"
            #expect(numbers(await kenji.sync(since: future)) == [1])
            let again = await kenji.sync(since: future)
            try await server.journal.write { _ in }
            #expect(numbers(again) == [1])
            #expect(numbers(await kenji.sync(since: future)) == [1])
        }
    }

    @Test func goWithTheirDevice() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji", device: "DESK"))
            _ = await Self.send(hanako, "1", #"{"\#(kenji.user)":{"DESK":{"n":1}}}"#)
            _ = await kenji.post("/_matrix/client/v3/logout")
            let again = try await server.logIn("kenji", device: "DESK")
            #expect(numbers(await again.sync()) == [])
        }
    }
}
