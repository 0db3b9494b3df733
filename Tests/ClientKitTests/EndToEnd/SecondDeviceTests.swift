import JSON
import TestSupport
import Testing

@testable import ClientKit

/// What several devices of a member do to one another, and what a device has to ask the server for.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct SecondDeviceTests {
    @Test func contactsOfTwoDevicesAreMerged() async throws {
        let pair = try await TestPair()
        let (hanako, kenji) = (pair.hanako, pair.kenji)
        let second = try TestMember()
        try await second.logIn("hanako", on: pair.server)
        hanako.account.setGroup("Friends", for: "@kenji:localhost")
        try await second.until { second.account.groups == ["Friends"] }
        // Each adds somebody and changes somebody while neither hears of the other.
        hanako.pullOut()
        second.pullOut()
        try await hanako.until { !hanako.account.connection.state.isContinuous }
        try await second.until { !second.account.connection.state.isContinuous }
        hanako.account.addContact("@ana:localhost")
        hanako.account.setGroup("Work", for: "@kenji:localhost")
        second.account.addContact("@luis:localhost")
        try await hanako.until { hanako.account.contacts.count == 2 }
        try await second.until { second.account.contacts.count == 2 }
        hanako.plugIn()
        try await hanako.until { hanako.account.connection.state.isContinuous }
        second.plugIn()
        for member in [hanako, second] {
            try await member.until { member.account.contacts.count == 3 && member.account.groups == ["Work"] }
            #expect(
                member.account.contacts.map(\.userID).sorted() == [
                    "@ana:localhost", "@kenji:localhost", "@luis:localhost",
                ])
        }
        // Taking somebody out is a change like any other.
        second.account.removeContact("@ana:localhost")
        try await hanako.until { hanako.account.contacts.count == 2 }
        await second.client.close()
        await kenji.client.close()
        await hanako.client.close()
    }

    @Test func aThreadThatLiesInAGapComesFromTheServer() async throws {
        let pair = try await TestPair()
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "root")
        try await pair.kenji.until { accepted.texts == ["root"] }
        let root = try #require(accepted.items.first { $0.content.plainText == "root" }?.eventID)
        for text in ["first", "second"] { accepted.send(text: text, thread: root) }
        try await pair.hanako.until { asked.texts.count == 3 }
        // So many that a new device's first page does not reach back to it.
        _ = try await pair.write(1...70, in: asked.roomID)
        let second = try TestMember()
        try await second.logIn("hanako", on: pair.server)
        let conversation = try #require(second.account.conversation(asked.roomID))
        await conversation.open()
        #expect(!conversation.items.contains { $0.eventID == root })
        let thread = await conversation.threadItems(root)
        #expect(thread.map(\.content.plainText) == ["root", "first", "second"])
        // It is nothing that the conversation has between its own messages.
        #expect(!conversation.items.contains { $0.content.plainText == "first" })
        await second.client.close()
        await pair.end()
    }

    @Test func changingACaptionKeepsTheFile() async throws {
        let pair = try await TestPair()
        let (asked, accepted) = try await pair.talk()
        let folder = TemporaryFolder()
        let path = folder.path + "/tree.png"
        try AtomicFile.write(Array("not a real picture".utf8), to: path)
        asked.send(
            file: path, mimeType: "image/png", name: "tree.png", kind: .image, width: 4, height: 3, caption: "A tre")
        try await pair.kenji.until { accepted.items.last?.content.plainText == "A tre" }
        let item = try #require(asked.items.last)
        asked.edit(item.id, text: "A *tree*")
        try await pair.kenji.until { accepted.items.last?.isEdited == true }
        guard case .image(let media, let caption) = accepted.items.last?.content else {
            Issue.record("the file is gone: \(String(describing: accepted.items.last?.content))")
            return
        }
        #expect(caption == "A *tree*" && media.name == "tree.png" && media.width == 4 && media.uri.hasPrefix("mxc://"))
        guard case .image = asked.items.last?.content else {
            Issue.record("the file is gone where it was edited")
            return
        }
        await pair.end()
    }

    @Test func aFilmGoesWithItsStill() async throws {
        let pair = try await TestPair()
        let (asked, accepted) = try await pair.talk()
        let folder = TemporaryFolder()
        let (film, picture) = (folder.path + "/film.webm", folder.path + "/still.png")
        try AtomicFile.write(Array("not a real film".utf8), to: film)
        try AtomicFile.write(Array("not a real picture".utf8), to: picture)
        pair.hanako.pullOut()
        asked.send(
            file: film, mimeType: "video/webm", name: "film.webm", kind: .video, width: 64, height: 48,
            still: Still(path: picture, width: 32, height: 24))
        try await pair.hanako.until {
            asked.items.last?.isOwn == true && asked.items.last?.content.plainText == "film.webm"
        }
        // The copy that waits is the one that is shown, and the original is not needed any more.
        guard case .video(let waiting, _) = asked.items.last?.content else {
            Issue.record("no film waits")
            return
        }
        #expect(waiting.thumbnail?.hasPrefix("file://") == true)
        #expect(AtomicFile.read(picture) == nil)
        pair.hanako.plugIn()
        try await pair.kenji.until { accepted.items.last?.content.plainText == "film.webm" }
        guard case .video(let sent, _) = accepted.items.last?.content else {
            Issue.record("no film came")
            return
        }
        let still = try #require(sent.thumbnail)
        let copy = try await pair.kenji.account.media(MediaReference(uri: still), size: nil)
        #expect(AtomicFile.read(copy) == Array("not a real picture".utf8))
        #expect(sent.width == 64)
        await pair.end()
    }

    @Test func whoWasNeverThereIsOffline() async throws {
        let server = try await MadoProcess()
        let hanako = try TestMember()
        try await hanako.register("hanako", on: server)
        // An account, and no device that was ever connected.
        let silent = MatrixClient(baseURL: server.url, transport: try TestTransport(), accessToken: nil)
        _ = try await silent.register(
            user: "ana", password: TestMember.password, registrationToken: nil, deviceName: "none")
        let asked = try await hanako.account.ask(["@ana:localhost"], line: nil)
        #expect(asked.others.map(\.presence.availability) == [.offline])
        #expect(hanako.account.contacts.map(\.presence.availability) == [.offline])
        await hanako.client.close()
    }

    @Test func theServersNameIsTheOneOfItsMembers() async throws {
        let server = try await MadoProcess()
        let member = try TestMember()
        try await member.register("hanako", on: server)
        // It was found by its address.
        #expect(member.account.serverName == "localhost")
        #expect(member.account.address == server.url)
        await member.client.close()
    }
}

@Suite("Reasons of failures") struct SendFailureTests {
    @Test func codeAndWordsComeApart() {
        let refused = MatrixClientError(status: 403, errcode: "M_FORBIDDEN", message: "You may not")
        #expect(SendFailure.parts(SendFailure.reason(refused)) == ("M_FORBIDDEN", "You may not"))
        let proxy = MatrixClientError(status: 413, errcode: nil, message: "The server answered with status 413.")
        #expect(SendFailure.parts(SendFailure.reason(proxy)).code == "M_TOO_LARGE")
        #expect(SendFailure.parts(SendFailure.targetNeverSent) == (SendFailure.targetNeverSent, ""))
        // As earlier versions kept it.
        #expect(SendFailure.parts("You may not") == ("", "You may not"))
    }
}
