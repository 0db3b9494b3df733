import Foundation
import Testing

@testable import ClientKit

/// Accounts come, go, and come back.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct AccountTests {
    @Test func loggingOutLeavesNothingBehind() async throws {
        let pair = try await TestPair()
        let hanako = pair.hanako
        let (asked, _) = try await pair.talk(line: "Hello")
        try await hanako.until { asked.texts == ["Hello"] }
        let (account, folder) = (hanako.account, hanako.accountFolder)
        let (api, tokenName) = (try hanako.api, account.record.tokenName)
        #expect(AtomicFile.read(folder + "/store.sqlite") != nil)
        #expect(try hanako.secrets.secret(tokenName) != nil)
        await hanako.client.logOut(account)
        #expect(hanako.client.accounts.isEmpty)
        #expect(access(folder, F_OK) != 0)
        #expect(access(hanako.folders.cache + "/" + account.record.fileName, F_OK) != 0)
        #expect(try hanako.secrets.secret(tokenName) == nil)
        // The server does not know the session any more either.
        await #expect(throws: MatrixClientError.self) {
            _ = try await api.send("GET", ["_matrix", "client", "v3", "account", "whoami"])
        }
        try await hanako.restart()
        #expect(hanako.client.accounts.isEmpty)
        await pair.end()
    }

    @Test func severalAccountsLiveInOneClient() async throws {
        let server = try await MadoProcess()
        let both = try TestMember()
        try await both.register("hanako", on: server)
        try await both.register("kenji", on: server)
        let (hanako, kenji) = (both.client.accounts[0], both.client.accounts[1])
        #expect([hanako.userID, kenji.userID] == ["@hanako:localhost", "@kenji:localhost"])
        let asked = try await hanako.ask(["@kenji:localhost"], line: "From me to me")
        try await TestMember.until(kenji) { !kenji.requests.isEmpty }
        let accepted = try await kenji.accept(kenji.requests[0])
        await accepted.open()
        try await TestMember.until(kenji) { accepted.texts == ["From me to me"] }
        accepted.send(text: "An answer")
        await asked.open()
        try await TestMember.until(hanako) { asked.texts.last == "An answer" }
        #expect(accepted.items.last?.isOwn == true && asked.items.last?.isOwn == false)
        try await both.restart()
        #expect(both.client.accounts.map(\.userID) == ["@hanako:localhost", "@kenji:localhost"])
        await both.client.logOut(both.client.accounts[0])
        let left = both.account
        #expect(left.userID == "@kenji:localhost")
        try await TestMember.until(left) { left.connection.state.isContinuous }
        let kept = try #require(left.conversation(asked.roomID))
        await kept.open()
        #expect(kept.texts == ["From me to me", "An answer"])
        await both.client.close()
    }

    @Test func anotherPasswordCountsFromThenOn() async throws {
        let server = try await MadoProcess()
        let hanako = try TestMember()
        try await hanako.register("hanako", on: server)
        await #expect(throws: MatrixClientError.self) {
            try await hanako.account.changePassword(old: "wrong horse battery", new: "a second staple")
        }
        try await hanako.account.changePassword(old: TestMember.password, new: "a second staple")
        #expect(hanako.account.isConnected)
        let second = try TestMember()
        await #expect(throws: MatrixClientError.self) { try await second.logIn("hanako", on: server) }
        #expect(second.client.accounts.isEmpty)
        try await second.logIn("hanako", on: server, password: "a second staple")
        #expect(second.account.userID == "@hanako:localhost")
        #expect(second.account.deviceID != hanako.account.deviceID)
        await second.client.close()
        await hanako.client.close()
    }

    @Test func aRegistrationTokenOpensTheDoorOnce() async throws {
        let server = try await MadoProcess(registration: "token")
        let token = try server.administer("token", "create", "--uses", "1")
        let hanako = try TestMember()
        for wrong in [nil, "", "wrong"] {
            let error = await #expect(throws: MatrixClientError.self) {
                try await hanako.register("hanako", on: server, token: wrong)
            }
            #expect(error?.message.isEmpty == false)
            #expect(hanako.client.accounts.isEmpty)
        }
        try await hanako.register("hanako", on: server, token: token)
        #expect(hanako.account.userID == "@hanako:localhost")
        let kenji = try TestMember()
        await #expect(throws: MatrixClientError.self) { try await kenji.register("kenji", on: server, token: token) }
        await hanako.client.close()
    }

    @Test func whoIsLoggedOutByTheServerComesBackToEverything() async throws {
        let pair = try await TestPair()
        let (hanako, kenji) = (pair.hanako, pair.kenji)
        let (asked, accepted) = try await pair.talk(line: "Before")
        try await hanako.until { asked.texts == ["Before"] }
        let device = hanako.account.deviceID
        try await hanako.api.logOut()
        try await hanako.until { hanako.account.connection.state == .loggedOut(soft: false) }
        asked.send(text: "Entered meanwhile")
        asked.setDraft(Draft(text: "half a thou"))
        try await hanako.until { hanako.account.waitingToSend == 1 }
        // The program is ended and started again before anybody knows the password.
        try await hanako.restart()
        try await hanako.until { hanako.account.connection.state == .loggedOut(soft: false) }
        #expect(hanako.account.waitingToSend == 1)
        try await hanako.logIn("hanako", on: pair.server)
        #expect(hanako.client.accounts.count == 1)
        #expect(hanako.account.deviceID == device)
        try await kenji.until { accepted.texts == ["Before", "Entered meanwhile"] }
        let again = try #require(hanako.account.conversation(asked.roomID))
        #expect(again.draft == Draft(text: "half a thou"))
        await again.open()
        try await hanako.until { again.items.allSatisfy { $0.eventID != nil } }
        #expect(again.texts == ["Before", "Entered meanwhile"])
        await pair.end()
    }

    @Test func atIntervalsWhatWaitsGoesWithTheNextConnection() async throws {
        let clock = DrivenConnectionClock()
        let pair = try await TestPair(hanakosClock: clock)
        let (hanako, kenji) = (pair.hanako, pair.kenji)
        let (asked, accepted) = try await pair.talk()
        hanako.account.mode = .interval(minutes: 15)
        try await hanako.until {
            if case .interval(15, _) = hanako.account.connection.state { return true }
            return false
        }
        asked.send(text: "by the next one")
        try await hanako.until { hanako.account.waitingToSend == 1 }
        accepted.send(text: "from the other")
        try await kenji.until { accepted.texts == ["from the other"] && accepted.items.last?.eventID != nil }
        #expect(asked.texts == ["by the next one"])
        await clock.advanceToNextSleeper()
        try await kenji.until { accepted.texts.count == 2 }
        try await hanako.until { hanako.account.waitingToSend == 0 && asked.texts.count == 2 }
        #expect(accepted.texts == ["from the other", "by the next one"])
        #expect(asked.texts == ["from the other", "by the next one"])
        // Out of turn.
        asked.send(text: "now")
        try await hanako.until { hanako.account.waitingToSend == 1 }
        hanako.account.reconnectNow()
        try await kenji.until { accepted.texts.last == "now" }
        // The mode stays over a restart.
        try await hanako.restart()
        #expect(hanako.account.mode == .interval(minutes: 15))
        await pair.end()
    }
}
