import MatrixAPI
import Store
import Testing

/// What every engine says of announcements, submissions and instructions.
@Suite struct PortalContractTests {
    @Test(arguments: StoreEngine.all)
    func announcementsAreFoundByWhenTheyAreDue(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        func announcement(_ id: String, due: Int64?) -> StoredAnnouncement {
            StoredAnnouncement(
                id: id, room: .one, author: .ana, content: [UInt8](json: #"{"title":"\#(id)"}"#), created: due ?? 1,
                due: due, event: nil)
        }
        try fixture.write { (writer) throws in
            for (id, due) in [("a", 30), ("b", 10), ("c", nil)] as [(String, Int64?)] {
                try writer.setAnnouncement(announcement(id, due: due))
            }
            var sent = announcement("b", due: nil)
            sent.event = EventID(unchecked: "$b")
            try writer.setAnnouncement(sent)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.nextAnnouncementDue() == 30)
            #expect(try reader.announcementsDue(at: 29, limit: 9).isEmpty)
            #expect(try reader.announcementsDue(at: 30, limit: 9).map(\.id) == ["a"])
            #expect(try reader.announcement("b")?.event == EventID(unchecked: "$b"))
            #expect(try reader.announcement("b")?.due == nil)
            #expect(try reader.announcement("none") == nil)
            #expect(try Set(reader.announcements(limit: 9).map(\.id)) == ["a", "b", "c"])
        }
    }

    @Test(arguments: StoreEngine.all)
    func aSubmissionIsThereOnceAndWaitsUntilItIsOver(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        func submission(_ id: String, of user: UserID = .ana, in room: RoomID = .one) -> StoredSubmission {
            StoredSubmission(room: room, user: user, id: id, body: [UInt8](json: "{}"), created: 5, due: 5)
        }
        try fixture.write { (writer) throws in
            try writer.insertSubmission(submission("a"))
            #expect(throws: StoreError.self) { try writer.insertSubmission(submission("a")) }
            try writer.insertSubmission(submission("a", of: .ben))
            try writer.insertSubmission(submission("a", in: .two))
            var over = try #require(try writer.submission("a", of: .ana, in: .one))
            over.state = .answered
            over.answer = [UInt8](json: "{}")
            try writer.updateSubmission(over)
            var later = try #require(try writer.submission("a", of: .ben, in: .one))
            later.due = 50
            later.attempts = 2
            try writer.updateSubmission(later)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.waitingSubmissions(dueAt: 5, limit: 9).map(\.room) == [.two])
            #expect(try reader.waitingSubmissions(dueAt: 50, limit: 9).map(\.user) == [.ben, .ana])
            #expect(try reader.nextSubmissionDue() == 5)
            #expect(try reader.submissions(in: .one, of: .ana, before: .max, limit: 9).map(\.state) == [.answered])
            #expect(try reader.submissions(in: .one, of: nil, before: .max, limit: 9).map(\.user) == [.ben, .ana])
            let newest = try #require(try reader.submissions(in: .one, of: nil, before: .max, limit: 1).first)
            #expect(newest.attempts == 2)
            #expect(try reader.submissions(in: .one, of: nil, before: newest.number, limit: 9).map(\.user) == [.ana])
        }
    }

    @Test(arguments: StoreEngine.all)
    func anApplicationHasOneProgram(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            for program in ["/bin/a", "/bin/b"] {
                try writer.setApplication(
                    StoredApplication(room: .one, program: program, input: .multipart, timeout: 7))
            }
            try writer.setApplication(StoredApplication(room: .two, program: "/bin/c", input: .json, timeout: 7))
            try writer.deleteApplication(in: .two)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.applications().map(\.program) == ["/bin/b"])
            #expect(try reader.application(in: .one)?.input == .multipart)
            #expect(try reader.application(in: .two) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func instructionsAreEachMembersOwn(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            for (user, sent) in [(UserID.ana, 10), (.ben, 20)] as [(UserID, Int64)] {
                try writer.setInstruction(
                    StoredInstruction(id: "i", user: user, content: [UInt8](json: "{}"), sent: sent))
            }
            try writer.deleteInstructions(sentBefore: 20)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.instructions(limit: 9).map(\.user) == [.ben])
            #expect(try reader.instruction("i", to: .ana) == nil)
            #expect(try reader.instruction("i", to: .ben)?.outcome == nil)
        }
    }
}
