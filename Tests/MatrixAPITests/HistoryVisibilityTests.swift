import JSON
import MatrixAPI
import Testing

@Suite struct HistoryVisibilityTests {
    static let memberships: [Membership?] = [.join, .invite, .knock, .leave, .ban, nil]

    @Test func contents() throws {
        #expect(HistoryVisibility(content: nil) == .shared)
        for text in ["{}", #"{"history_visibility":"x"}"#, #"{"history_visibility":1}"#] {
            #expect(HistoryVisibility(content: try json(text)) == .shared)
        }
        for (name, value) in [
            ("world_readable", HistoryVisibility.worldReadable), ("shared", .shared), ("invited", .invited),
            ("joined", .joined),
        ] {
            #expect(HistoryVisibility(content: try json(#"{"history_visibility":"\#(name)"}"#)) == value)
        }
    }

    @Test(arguments: memberships, [false, true])
    func everyCase(_ membership: Membership?, _ joinsLater: Bool) {
        func allows(_ visibility: HistoryVisibility) -> Bool {
            visibility.allows(membership: membership, joinsLater: joinsLater)
        }
        #expect(allows(.worldReadable))
        #expect(allows(.shared) == (membership == .join || joinsLater))
        #expect(allows(.invited) == (membership == .join || membership == .invite))
        #expect(allows(.joined) == (membership == .join))
    }

    @Test func changesOfTheVisibilityAreSeenFromEitherSide() {
        func allows(_ from: HistoryVisibility, _ to: HistoryVisibility) -> Bool {
            HistoryVisibility.allows(from, visibilityAfter: to, membership: nil, joinsLater: false)
        }
        #expect(allows(.worldReadable, .joined) && allows(.joined, .worldReadable))
        #expect(!allows(.joined, .shared) && !allows(.shared, .invited))
    }

    @Test func changesOfOnesOwnMembershipAreSeenFromEitherSide() {
        func allows(_ visibility: HistoryVisibility, _ from: Membership?, _ to: Membership) -> Bool {
            HistoryVisibility.allows(visibility, membership: from, membershipAfter: to, joinsLater: false)
        }
        #expect(allows(.joined, nil, .join) && allows(.joined, .join, .ban) && allows(.joined, .join, .leave))
        #expect(!allows(.joined, .invite, .leave) && !allows(.shared, nil, .invite))
        #expect(allows(.invited, nil, .invite) && allows(.invited, .invite, .leave))
    }
}

@Suite struct StrippedStateTests {
    @Test func onlyWhatTheSchemaHas() throws {
        let event = try testEvent("m.room.name", sender: "@a:a", content: #"{"name":"n"}"#)
        #expect(
            text(StrippedState.json(of: event))
                == #"{"content":{"name":"n"},"sender":"@a:a","state_key":"","type":"m.room.name"}"#)
    }

    @Test func theCreateEventIsPartOfIt() {
        #expect(StrippedState.keys.first == StateKey("m.room.create"))
        #expect(StrippedState.keys.count == 7)
        #expect(StrippedState.keys.allSatisfy { $0.key.isEmpty })
    }
}
