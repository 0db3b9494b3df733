import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite("Interactive authentication")
struct InteractiveAuthenticationTests {
    private static let desk = "/_matrix/client/v3/devices/DESK"
    private static let deletion = "/_matrix/client/v3/delete_devices"

    private static func session(_ answer: TestAnswer) throws -> String { try #require(answer["session"]?.string) }

    @Test("asked without proof, a challenge without an error; with proof, done")
    func password() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "PHONE")
            _ = try await server.logIn("kenji", device: "DESK")
            let asked = await kenji.delete(Self.desk)
            #expect(asked.status == 401)
            #expect(asked.error == nil)
            #expect(asked["completed"] == nil)
            #expect(asked.text.contains(#""flows":[{"stages":["m.login.password"]}],"params":{}"#))
            let session = try Self.session(asked)
            let done = await kenji.delete(Self.desk, "{\(kenji.proof(session: session))}")
            #expect(done.status == 200)
            #expect(await kenji.get(Self.desk).status == 404)
            #expect(server.authentication.pending.count == 0)
        }
    }

    @Test("a wrong password can be tried again in the same session")
    func again() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            let session = try Self.session(await kenji.delete(Self.desk))
            let wrong = await kenji.delete(Self.desk, "{\(kenji.proof(session: session, password: "wrong password"))}")
            #expect(wrong.status == 401)
            #expect(wrong.error == "M_FORBIDDEN")
            #expect(try Self.session(wrong) == session)
            #expect(await kenji.delete(Self.desk, "{\(kenji.proof(session: session))}").status == 200)
        }
    }

    @Test("what the first request said need not be repeated")
    func remembered() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "PHONE")
            _ = try await server.logIn("kenji", device: "DESK")
            let session = try Self.session(await kenji.post(Self.deletion, #"{"devices":["DESK"]}"#))
            #expect(await kenji.post(Self.deletion, "{\(kenji.proof(session: session))}").status == 200)
            #expect(await kenji.get(Self.desk).status == 404)
        }
    }

    @Test("a session is good for one endpoint, one member, and once")
    func boundSession() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "PHONE")
            let maria = try await server.member("maria")
            let session = try Self.session(await kenji.delete(Self.desk))
            let elsewhere = await kenji.post(Self.deletion, #"{"devices":["PHONE"],\#(kenji.proof(session: session))}"#)
            #expect(elsewhere.status == 403)
            #expect(elsewhere.error == "M_FORBIDDEN")
            #expect(await maria.delete(Self.desk, "{\(maria.proof(session: session))}").error == "M_FORBIDDEN")
            #expect(await kenji.delete(Self.desk, "{\(kenji.proof(session: session))}").status == 200)
            let twice = await kenji.delete(Self.desk, "{\(kenji.proof(session: session))}")
            #expect(twice.status == 401)
            #expect(twice.error == "M_UNKNOWN")
            #expect(try Self.session(twice) != session)
        }
    }

    @Test("another member's password proves nothing")
    func othersPassword() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            let maria = try await server.member("maria")
            let answer = await kenji.delete(Self.desk, "{\(maria.proof())}")
            #expect(answer.status == 401)
            #expect(answer.error == "M_FORBIDDEN")
            #expect(await kenji.get(Self.desk).status == 200)
        }
    }

    @Test("stages that are not asked for")
    func otherStages() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            for stage in ["m.login.dummy", "m.login.registration_token", "m.login.sso"] {
                let answer = await kenji.delete(Self.desk, #"{"auth":{"type":"\#(stage)"}}"#)
                #expect(answer.status == 401)
                #expect(answer.error == "M_UNRECOGNIZED")
            }
            let nothing = await kenji.delete(Self.desk, #"{"auth":{}}"#)
            #expect(nothing.status == 401)
            #expect(nothing.error == nil)
            #expect(await kenji.delete(Self.desk, #"{"auth":"please"}"#).error == "M_BAD_JSON")
            let noPassword = await kenji.delete(Self.desk, #"{"auth":{"type":"m.login.password"}}"#)
            #expect(noPassword.error == "M_MISSING_PARAM")
        }
    }

    @Test("a session expires by the loop's clock")
    func expiry() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            let session = try Self.session(await kenji.delete(Self.desk))
            await server.drivenClock.advance(by: .seconds(899))
            let inTime = await kenji.delete(Self.desk, "{\(kenji.proof(session: session, password: "wrong password"))}")
            #expect(try Self.session(inTime) == session)
            await server.drivenClock.advance(by: .seconds(2))
            let late = await kenji.delete(Self.desk, "{\(kenji.proof(session: session))}")
            #expect(late.status == 401)
            #expect(late.error == "M_UNKNOWN")
        }
    }

    @Test("no more wait than there is room for: the oldest goes")
    func bounded() async throws {
        try await RouteHarness.run(pendingAuthentications: 3) { server in
            let kenji = try await server.member("kenji", device: "DESK")
            var sessions: [String] = []
            for _ in 1...10 { sessions.append(try Self.session(await kenji.delete(Self.desk))) }
            #expect(server.authentication.pending.count == 3)
            let now = server.drivenClock.now()
            #expect(server.authentication.pending.find(sessions[6], now: now) == nil)
            #expect(server.authentication.pending.find(sessions[7], now: now) != nil)
            #expect(server.authentication.pending.find(sessions[9], now: now) != nil)
        }
    }

    @Test("large requests are not remembered")
    func largeRequest() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let devices = (1...500).map { #""DEVICE\#($0)""# }.joined(separator: ",")
            _ = await kenji.post(Self.deletion, #"{"devices":[\#(devices)]}"#)
            #expect(server.authentication.pending.count == 1)
            #expect(server.authentication.pending.remembered.isEmpty)
        }
    }
}
