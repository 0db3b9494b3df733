import JSON
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Arcade

/// Whom somebody may choose from, as first servers answer early, late or not at all.
@Suite struct HouseTests {
    private let seat = SessionLaunch.Seat("@hanako:one.test", "reversi")

    /// A house with somebody who asks to be let in.
    private func house(_ body: (House) throws -> Void) throws {
        let folder = TemporaryFolder()
        let database = try ArcadeDatabase(folder: folder.path)
        let house = try House(database)
        try database.begin()
        try house.connect(seat, options: nil, now: 0)
        try body(house)
        try database.commit()
    }

    private func companions(_ names: [String], silent: Set<String> = []) -> Companions {
        Companions(people: names.map { FirstServerPerson(user: $0, name: nil) }, silent: silent)
    }

    private func choice(_ house: House) -> [String]? {
        guard case .choosing(let people) = house.launch.places[seat] else { return nil }
        return people
    }

    @Test func whoIsKnownFirstIsShownFirst() throws {
        try house { house in
            let look = house.nextLook()
            try house.answered(
                seat, companions(["@kenji:one.test"], silent: ["two.test"]), look: look, isPartial: true, now: 0)
            #expect(choice(house) == ["@kenji:one.test"])
            try house.answered(
                seat, companions(["@ana:two.test", "@kenji:one.test"]), look: look, isPartial: false, now: 0)
            #expect(choice(house) == ["@kenji:one.test", "@ana:two.test"])
            // Who chooses does not see the list shrink and grow with every question.
            let prompt = house.launch.prompt(of: seat)
            let next = house.nextLook()
            try house.answered(
                seat, companions(["@kenji:one.test"], silent: ["two.test"]), look: next, isPartial: true, now: 0)
            try house.answered(
                seat, companions(["@ana:two.test", "@kenji:one.test"]), look: next, isPartial: false, now: 0)
            #expect(choice(house)?.count == 2)
            #expect(house.launch.prompt(of: seat) == prompt)
        }
    }

    @Test func theConversationLearnsHowItEndedWithoutThem() throws {
        try house { house in
            let kenji = SessionLaunch.Seat("@kenji:one.test", "reversi")
            let options = try JSONValue.parse(Array(#"{"clock_ms":10000}"#.utf8))
            try house.answered(
                seat, companions([kenji.person]), look: house.nextLook(), isPartial: false, now: 0)
            let prompt = try #require(house.launch.prompt(of: seat))
            try house.accept(seat, prompt: prompt, people: [kenji.person], direct: true, options: options, now: 0)
            try house.connect(kenji, options: nil, now: 0)
            let id = try #require(house.launch.places[kenji]?.session)
            try house.add([Card(server: "one.test", event: "$card", user: seat.person)], to: id)
            try house.leave(seat, now: 1000)
            try house.leave(kenji, now: 1000)
            try house.timePassed(now: 20_000)
            #expect(house.sessions.isEmpty && house.launch.sessions.isEmpty)
            let isTold = house.takeEffects(now: 20_000).contains { effect in
                if case .result = effect { true } else { false }
            }
            #expect(isTold)
        }
    }

    @Test func whatIsOverAndEmptyIsGoneAfterAStart() throws {
        let folder = TemporaryFolder()
        let database = try ArcadeDatabase(folder: folder.path)
        let launches = [
            "over": #"{"opened":true,"over":true}"#, "left": #"{"opened":true,"left":["@kenji:one.test"]}"#,
            "seen": #"{"opened":true,"over":true,"members":["@kenji:one.test"]}"#,
        ]
        try database.begin()
        for (id, launch) in launches {
            try database.set(
                StoredArcadeSession(
                    id: id, activity: "reversi", creator: seat.person, isJoint: true, options: Array("{}".utf8),
                    seed: 1, created: 0, launch: Array(launch.utf8), cards: Array("[]".utf8)))
        }
        try database.commit()
        let house = try House(database)
        try database.begin()
        try house.endDeserted(now: 0)
        try database.commit()
        #expect(house.sessions.keys.sorted() == ["left", "seen"])
        #expect(try database.sessions().map(\.id).sorted() == ["left", "seen"])
    }

    @Test func aSilentServersPeopleStay() throws {
        try house { house in
            try house.answered(
                seat, companions(["@ana:two.test", "@kenji:one.test"]), look: house.nextLook(), isPartial: false, now: 0
            )
            try house.answered(
                seat, companions(["@maria:one.test"], silent: ["two.test"]), look: house.nextLook(), isPartial: false,
                now: 0)
            #expect(choice(house) == ["@ana:two.test", "@maria:one.test"])
            try house.answered(
                seat, companions(["@maria:one.test"]), look: house.nextLook(), isPartial: false, now: 0)
            #expect(choice(house) == ["@maria:one.test"])
        }
    }

    @Test func aLateAnswerDoesNotUndoALaterQuestion() throws {
        try house { house in
            let (first, second) = (house.nextLook(), house.nextLook())
            try house.answered(
                seat, companions(["@kenji:one.test", "@maria:one.test"]), look: second, isPartial: false, now: 0)
            try house.answered(seat, companions([]), look: first, isPartial: false, now: 0)
            #expect(choice(house) == ["@kenji:one.test", "@maria:one.test"])
            try house.answered(seat, companions([]), look: house.nextLook(), isPartial: false, now: 0)
            #expect(choice(house) == nil, "they are alone then")
        }
    }
}
