import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct ReportsTests {
    @Test func whatIsThereIsKeptAndNobodyLearnsWhatIsNot() async throws {
        var made: Reports?
        try await RouteHarness.run(
            adding: { parts, routes in
                RoomCapabilities(parts, Rooms.Configuration()).addRoutes(to: &routes)
                let reports = Reports(journal: parts.journal)
                reports.addRoutes(to: &routes)
                made = reports
            }
        ) { server in
            let reports = try #require(made)
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            let event = try await hanako.say("rude", in: room)
            let body = #"{"reason":"this makes me sad"}"#
            // Not in the room: the answer is the same, and nothing is kept.
            #expect(await kenji.post(kenji.path(room, "report/\(event)"), body).text == "{}")
            #expect(try await reports.all(after: 0, limit: 9) == [])
            try await hanako.bring(kenji, into: room)
            #expect(await kenji.post(kenji.path(room, "report/\(event)"), body).text == "{}")
            #expect(await kenji.post(kenji.path(room, "report"), body).text == "{}")
            #expect(await kenji.post("/_matrix/client/v3/users/\(hanako.user)/report", body).text == "{}")
            #expect(await kenji.post("/_matrix/client/v3/users/@nobody:mado.test/report", body).text == "{}")
            let all = try await reports.all(after: 0, limit: 9)
            #expect(all.map(\.user) == [hanako.user, nil, hanako.user])
            #expect(all.map(\.event?.string) == [event, nil, nil])
            #expect(all.allSatisfy { $0.reporter == kenji.user && $0.reason == "this makes me sad" })
            #expect(try await reports.close(all[0].id))
            #expect(try await !reports.close(all[0].id))
            #expect(try await reports.all(after: all[1].id, limit: 9).count == 1)

            #expect(await kenji.post(kenji.path(room, "report")).error == "M_MISSING_PARAM")
            let long = #"{"reason":"\#(String(repeating: "x", count: 4097))"}"#
            #expect(await kenji.post(kenji.path(room, "report"), long).error == "M_INVALID_PARAM")
        }
    }
}
