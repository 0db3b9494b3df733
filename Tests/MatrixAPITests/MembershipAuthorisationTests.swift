import JSON
import MatrixAPI
import Testing

/// Rule 4 (5 in version 12): every change of a membership, in every version.
///
/// `@b:a` is the one who asks (`b`), `@t:a` the target of what is done to others (`t`).
@Suite struct MembershipAuthorisationTests {
    static let memberships = ["join", "invite", "knock", "leave", "ban", nil]
    static let joinRules = ["public", "invite", "knock", "restricted", "knock_restricted", "private", "x", nil]

    private func room(
        _ version: RoomVersion, rule: String? = nil, b: String? = nil, t: String? = nil, levels: String? = nil
    ) throws -> TestRoom {
        var room = try TestRoom(version)
        if let rule { try room.setJoinRule(rule) }
        if let b { try room.setMember("@b:a", b) }
        if let t { try room.setMember("@t:a", t) }
        if let levels { try room.set("m.room.power_levels", levels) }
        return room
    }

    // MARK: Join

    @Test(arguments: RoomVersion.allCases, joinRules)
    func joining(_ version: RoomVersion, _ rule: String?) throws {
        for membership in Self.memberships {
            let verdict = try room(version, rule: rule, b: membership).verdict(of: "@b:a", "join", by: "@b:a")
            let expected: AuthorisationError? =
                switch (rule ?? "invite", membership) {
                case (_, "ban"): .banned
                case ("public", _): nil
                case ("private", _), ("x", _): .joinRuleForbids(rule ?? "")
                case (_, "invite"), (_, "join"): nil
                default: .notInvited
                }
            #expect(verdict == expected, "\(membership ?? "none")")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func nobodyJoinsForAnother(_ version: RoomVersion) throws {
        let room = try room(version, rule: "public", b: "join")
        #expect(try room.verdict(of: "@t:a", "join", by: "@b:a") == .actsForAnother)
        #expect(try room.verdict(of: "@t:a", "join", by: TestRoom.founder) == .actsForAnother)
    }

    @Test(arguments: RoomVersion.allCases)
    func creatorJoinsFirst(_ version: RoomVersion) throws {
        var room = try TestRoom(version)
        room.state[StateKey("m.room.member", TestRoom.founder)] = nil
        let first = AuthorisationContext(previousEvents: .createOnly)
        #expect(try room.verdict(of: TestRoom.founder, "join", by: TestRoom.founder, context: first) == nil)
        #expect(try room.verdict(of: TestRoom.founder, "join", by: TestRoom.founder) == .notInvited)
        #expect(try room.verdict(of: "@b:a", "join", by: "@b:a", context: first) == .notInvited)
        #expect(try room.verdict(of: TestRoom.founder, "join", by: "@b:a", context: first) == .actsForAnother)
    }

    @Test func creatorOfVersion10IsNamedInTheContent() throws {
        let first = AuthorisationContext(previousEvents: .createOnly)
        for version in RoomVersion.allCases {
            let room = try TestRoom(version, create: #"{"creator":"@b:a"}"#)
            let verdict = try room.verdict(of: "@b:a", "join", by: "@b:a", context: first)
            #expect(verdict == (version == .v10 ? nil : .notInvited))
        }
    }

    // MARK: Restricted joins

    private static let vouched = #","join_authorised_via_users_server":"@t:a""#

    @Test(arguments: RoomVersion.allCases, ["restricted", "knock_restricted"])
    func restrictedJoin(_ version: RoomVersion, _ rule: String) throws {
        let allowed = AuthorisationContext(allowed: true)
        for membership in ["knock", "leave", nil] {
            let room = try room(version, rule: rule, b: membership, t: "join")
            #expect(
                try room.verdict(of: "@b:a", "join", by: "@b:a", more: Self.vouched, context: allowed) == nil)
            #expect(
                try room.verdict(of: "@b:a", "join", by: "@b:a", more: Self.vouched) == .joinNotVouchedFor)
            #expect(try room.verdict(of: "@b:a", "join", by: "@b:a", context: allowed) == .notInvited)
        }
        let banned = try room(version, rule: rule, b: "ban", t: "join")
        #expect(try banned.verdict(of: "@b:a", "join", by: "@b:a", more: Self.vouched, context: allowed) == .banned)
    }

    @Test(arguments: RoomVersion.allCases, ["invite", "knock", "leave", "ban", nil])
    func authorisingUserMustBeAMember(_ version: RoomVersion, _ membership: String?) throws {
        let room = try room(version, rule: "restricted", t: membership)
        let verdict = try room.verdict(
            of: "@b:a", "join", by: "@b:a", more: Self.vouched, context: AuthorisationContext(allowed: true))
        #expect(verdict == .authorisingUserMayNotInvite)
    }

    @Test(arguments: RoomVersion.allCases)
    func authorisingUserMustHaveTheInviteLevel(_ version: RoomVersion) throws {
        let allowed = AuthorisationContext(allowed: true)
        for (level, expected) in [(9, AuthorisationError.authorisingUserMayNotInvite), (10, nil)] {
            let room = try room(
                version, rule: "restricted", t: "join", levels: #"{"users":{"@t:a":\#(level)},"invite":10}"#)
            #expect(
                try room.verdict(of: "@b:a", "join", by: "@b:a", more: Self.vouched, context: allowed) == expected)
        }
        let room = try room(version, rule: "restricted")
        #expect(
            try room.verdict(
                of: "@b:a", "join", by: "@b:a", more: #","join_authorised_via_users_server":1"#, context: allowed)
                == .notInvited)
    }

    @Test(arguments: RoomVersion.allCases)
    func aVouchThatNobodyGaveIsRefusedWhateverTheMembership(_ version: RoomVersion) throws {
        let room = try room(version, rule: "public", b: "join", t: "join")
        for membership in ["join", "invite", "leave", "ban", "knock"] {
            #expect(
                try room.verdict(of: "@b:a", membership, by: "@b:a", more: Self.vouched) == .joinNotVouchedFor)
        }
    }

    // MARK: Invite

    @Test(arguments: RoomVersion.allCases, memberships)
    func inviting(_ version: RoomVersion, _ senders: String?) throws {
        for targets in Self.memberships {
            let verdict = try room(version, b: senders, t: targets).verdict(of: "@t:a", "invite", by: "@b:a")
            let expected: AuthorisationError? =
                switch (senders, targets) {
                case ("join", "join"): .alreadyMember(.join)
                case ("join", "ban"): .banned
                case ("join", _): nil
                default: .senderNotJoined
                }
            #expect(verdict == expected, "\(targets ?? "none")")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func inviteLevel(_ version: RoomVersion) throws {
        let room = try room(version, b: "join", levels: #"{"users":{"@b:a":9},"invite":10}"#)
        #expect(
            try room.verdict(of: "@t:a", "invite", by: "@b:a") == .insufficientLevel(required: 10, actual: 9))
        let other = try self.room(version, b: "join", levels: #"{"users":{"@b:a":10},"invite":10}"#)
        #expect(try other.verdict(of: "@t:a", "invite", by: "@b:a") == nil)
    }

    struct ThirdParty: Sendable {
        var invite: String
        var expected: AuthorisationError?
        var target: String?
        var sender = "@b:a"
        var signed = true
    }

    @Test(arguments: [
        ThirdParty(invite: #"{"signed":{"mxid":"@t:a","token":"k"}}"#),
        ThirdParty(invite: #"{"signed":{"mxid":"@t:a","token":"k"}}"#, target: "join"),
        ThirdParty(invite: #"{"signed":{"mxid":"@t:a","token":"k"}}"#, expected: .banned, target: "ban"),
        ThirdParty(invite: "{}", expected: .thirdPartyInvite(.unsigned)),
        ThirdParty(invite: "1", expected: .thirdPartyInvite(.unsigned)),
        ThirdParty(invite: #"{"signed":{"token":"k"}}"#, expected: .thirdPartyInvite(.incomplete)),
        ThirdParty(invite: #"{"signed":{"mxid":"@t:a"}}"#, expected: .thirdPartyInvite(.incomplete)),
        ThirdParty(invite: #"{"signed":{"mxid":"@o:a","token":"k"}}"#, expected: .thirdPartyInvite(.otherUser)),
        ThirdParty(invite: #"{"signed":{"mxid":"@t:a","token":"l"}}"#, expected: .thirdPartyInvite(.unknownToken)),
        ThirdParty(
            invite: #"{"signed":{"mxid":"@t:a","token":"k"}}"#, expected: .thirdPartyInvite(.otherSender),
            sender: TestRoom.founder),
        ThirdParty(
            invite: #"{"signed":{"mxid":"@t:a","token":"k"}}"#, expected: .thirdPartyInvite(.invalidSignature),
            signed: false),
    ])
    func thirdPartyInvite(_ example: ThirdParty) throws {
        for version in RoomVersion.allCases {
            var room = try room(version, t: example.target)
            try room.set("m.room.third_party_invite", "k", "{}", sender: "@b:a")
            let verdict = try room.verdict(
                of: "@t:a", "invite", by: example.sender, more: #","third_party_invite":\#(example.invite)"#,
                context: AuthorisationContext(thirdPartySignatureIsValid: example.signed))
            #expect(verdict == example.expected)
        }
    }

    // MARK: Leave, kick, unban

    @Test(arguments: RoomVersion.allCases, memberships)
    func leaving(_ version: RoomVersion, _ membership: String?) throws {
        let verdict = try room(version, b: membership).verdict(of: "@b:a", "leave", by: "@b:a")
        let expected: AuthorisationError? =
            switch membership {
            case "join", "invite", "knock": nil
            case "ban": .banned
            default: .notMember
            }
        #expect(verdict == expected)
    }

    @Test(arguments: RoomVersion.allCases, memberships)
    func kickingNeedsMembership(_ version: RoomVersion, _ senders: String?) throws {
        for targets in Self.memberships {
            let room = try room(
                version, b: senders, t: targets, levels: #"{"users":{"@b:a":50,"@t:a":49},"ban":50,"kick":50}"#)
            let verdict = try room.verdict(of: "@t:a", "leave", by: "@b:a")
            #expect(verdict == (senders == "join" ? nil : .senderNotJoined), "\(targets ?? "none")")
        }
    }

    struct Levels: Sendable {
        var own: Int
        var target: Int
        var ban = 0
        var kick = 0
        var membership = "join"
        var expected: AuthorisationError?
    }

    @Test(arguments: [
        Levels(own: 10, target: 9, kick: 10),
        Levels(own: 10, target: 9, ban: 11, kick: 10),
        Levels(own: 10, target: 9, kick: 11, expected: .insufficientLevel(required: 11, actual: 10)),
        Levels(own: 10, target: 10, kick: 10, expected: .targetNotBelow),
        Levels(own: 10, target: 11, kick: 10, expected: .targetNotBelow),
        Levels(own: 10, target: 9, ban: 10, kick: 10, membership: "ban"),
        Levels(
            own: 10, target: 9, ban: 11, kick: 10, membership: "ban",
            expected: .insufficientLevel(required: 11, actual: 10)),
        Levels(
            own: 10, target: 9, ban: 10, kick: 11, membership: "ban",
            expected: .insufficientLevel(required: 11, actual: 10)),
        Levels(own: 10, target: 10, ban: 10, kick: 10, membership: "ban", expected: .targetNotBelow),
    ])
    func kickAndUnban(_ levels: Levels) throws {
        for version in RoomVersion.allCases {
            let verdict = try room(levels, version).verdict(of: "@t:a", "leave", by: "@b:a")
            #expect(verdict == levels.expected)
        }
    }

    private func room(_ levels: Levels, _ version: RoomVersion) throws -> TestRoom {
        try room(
            version, b: "join", t: levels.membership,
            levels: """
                {"users":{"@b:a":\(levels.own),"@t:a":\(levels.target)},"ban":\(levels.ban),"kick":\(levels.kick)}
                """)
    }

    // MARK: Ban

    @Test(arguments: RoomVersion.allCases, memberships)
    func banningNeedsMembership(_ version: RoomVersion, _ senders: String?) throws {
        for targets in Self.memberships {
            let room = try room(version, b: senders, t: targets, levels: #"{"users":{"@b:a":50}}"#)
            let verdict = try room.verdict(of: "@t:a", "ban", by: "@b:a")
            #expect(verdict == (senders == "join" ? nil : .senderNotJoined), "\(targets ?? "none")")
        }
    }

    @Test(arguments: [
        Levels(own: 10, target: 9, ban: 10, kick: 99),
        Levels(own: 10, target: 9, ban: 11, expected: .insufficientLevel(required: 11, actual: 10)),
        Levels(own: 10, target: 10, ban: 10, expected: .targetNotBelow),
    ])
    func ban(_ levels: Levels) throws {
        for version in RoomVersion.allCases {
            #expect(try room(levels, version).verdict(of: "@t:a", "ban", by: "@b:a") == levels.expected)
        }
    }

    @Test func creatorsOfVersion12CannotBeKickedOrBanned() throws {
        var room = try TestRoom(.v12, create: #"{"additional_creators":["@t:a"]}"#)
        try room.setMember("@t:a", "join")
        try room.setMember("@b:a", "join")
        try room.set("m.room.power_levels", #"{"users":{"@b:a":9007199254740991}}"#)
        for membership in ["leave", "ban"] {
            #expect(try room.verdict(of: "@t:a", membership, by: "@b:a") == .targetNotBelow)
            #expect(try room.verdict(of: "@t:a", membership, by: TestRoom.founder) == .targetNotBelow)
            #expect(try room.verdict(of: "@b:a", membership, by: "@t:a") == nil)
        }
        #expect(try room.verdict(of: "@t:a", "leave", by: "@t:a") == nil)
    }

    // MARK: Knock

    @Test(arguments: RoomVersion.allCases, joinRules)
    func knocking(_ version: RoomVersion, _ rule: String?) throws {
        for membership in Self.memberships {
            let verdict = try room(version, rule: rule, b: membership).verdict(of: "@b:a", "knock", by: "@b:a")
            let expected: AuthorisationError? =
                switch (rule, membership) {
                case ("knock", "ban"), ("knock_restricted", "ban"): .banned
                case ("knock", "join"), ("knock_restricted", "join"): .alreadyMember(.join)
                case ("knock", "invite"), ("knock_restricted", "invite"): .alreadyMember(.invite)
                case ("knock", _), ("knock_restricted", _): nil
                default: .joinRuleForbids(rule ?? "invite")
                }
            #expect(verdict == expected, "\(membership ?? "none")")
        }
        if rule == "knock" {
            #expect(try room(version, rule: rule).verdict(of: "@t:a", "knock", by: "@b:a") == .actsForAnother)
        }
    }

    // MARK: Form

    @Test(arguments: RoomVersion.allCases)
    func malformed(_ version: RoomVersion) throws {
        let room = try room(version, rule: "public")
        let content = #"{"membership":"join"}"#
        #expect(try room.verdict("m.room.member", nil, by: "@b:a", content) == .malformedMembership)
        #expect(try room.verdict("m.room.member", "", by: "@b:a", content) == .malformedMembership)
        #expect(try room.verdict("m.room.member", "b", by: "@b:a", content) == .malformedMembership)
        #expect(try room.verdict("m.room.member", "@b:a", by: "@b:a", "{}") == .malformedMembership)
        #expect(try room.verdict("m.room.member", "@b:a", by: "@b:a", #"{"membership":1}"#) == .malformedMembership)
        #expect(try room.verdict(of: "@b:a", "JOIN", by: "@b:a") == .unknownMembership("JOIN"))
    }
}
