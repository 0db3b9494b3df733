import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct InstructionTests {
    @Test func itReachesEveryDeviceAndItsOutcomeTheLog() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let hanako = try await server.member("hanako", device: "ONE")
            let second = try await server.logIn("hanako", device: "TWO")
            let kenji = try await server.member("kenji")
            let body = #"{"members":["hanako"],"page":"https://example.org/","text":"Please read"}"#
            let sent = await server.request(.post, "/instructions", body: body)
            let id = try #require(sent["instruction_id"]?.string)
            for device in [hanako, second] {
                let sync = await device.get("/_matrix/client/v3/sync")
                let event = try #require(sync["to_device"]?["events"]?.array?.first { _ in true })
                #expect(event["type"]?.string == "mado.instruction")
                #expect(event["sender"]?.string == content.portal.account.string)
                #expect(event["content"]?["action"]?.string == "open_page")
                #expect(event["content"]?["instruction_id"]?.string == id)
            }
            #expect(await kenji.get("/_matrix/client/v3/sync")["to_device"]?["events"]?.count ?? 0 == 0)
            let path = "/_mado/v1/instructions/\(id)/outcome"
            #expect(await kenji.post(path, #"{"outcome":"done"}"#).error == "M_NOT_FOUND")
            #expect(await hanako.post(path, #"{"outcome":"perhaps"}"#).error == "M_INVALID_PARAM")
            #expect(await hanako.post(path, #"{"outcome":"refused","detail":"busy"}"#).status == 200)
            // The first answer counts.
            #expect(await second.post(path, #"{"outcome":"done"}"#).status == 200)
            let log = await server.request(.get, "/instructions")
            let entry = try #require(log["instructions"]?.array?.first { _ in true })
            #expect(entry["outcome"]?.string == "refused")
            #expect(entry["detail"]?.string == "busy")
        }
    }

    @Test(
        arguments: [
            #"{"members":[],"page":"https://example.org/"}"#, #"{"members":["nobody"],"page":"https://example.org/"}"#,
            #"{"members":["hanako"],"page":"file:///etc/passwd"}"#, #"{"members":["hanako"],"program":"rm -rf /"}"#,
            #"{"members":["hanako"],"program":"../x"}"#, #"{"members":["hanako"],"programme":"None"}"#,
            #"{"members":["hanako"]}"#,
        ])
    func whatIsNoInstructionIsRefused(body: String) async throws {
        try await PortalContent.run { content in
            _ = try await content.server.member("hanako")
            let answer = await content.server.request(.post, "/instructions", body: body)
            #expect((400..<500).contains(answer.status))
            #expect(await content.server.request(.get, "/instructions")["instructions"]?.count == 0)
        }
    }
}
