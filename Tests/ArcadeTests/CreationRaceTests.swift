import Arcade
import Testing

/// Both creating at the same moment: every interleaving.
@Suite struct CreationRaceTests {
    @Test(arguments: [false, true])
    func whoAcceptsIsInOneSessionWithTheOthers(_ isDirect: Bool) {
        let race = CreationRace(people: ["a", "b"], answers: [.accept], isDirect: isDirect)
        var ends = 0
        let states = race.explore { state in
            ends += 1
            #expect(state.launch.sessions.count == 1)
            #expect(state.launch.sessions.values.first.map { Set($0.members) } == ["a", "b"])
            let id = state.launch.sessions.keys.first ?? ""
            for device in state.devices.values { #expect(device.screen == .session(id)) }
        }
        #expect(ends > 1 && states > 50, "\(ends) ends of \(states) states")
    }

    @Test func threeAtOnceAreInOneSession() {
        let race = CreationRace(people: ["a", "b", "c"], answers: [.accept])
        _ = race.explore { state in
            #expect(state.launch.sessions.count == 1)
            #expect(state.launch.sessions.values.first.map { Set($0.members) } == ["a", "b", "c"])
        }
    }

    /// Whatever they answer: at the end nobody waits in vain, and each device shows where its person is.
    @Test func nobodyIsLeftWaiting() {
        let race = CreationRace(people: ["a", "b"], answers: [.accept, .refuse])
        _ = race.explore { state in
            // Never two sessions that wait for one another.
            #expect(state.launch.sessions.count <= 1)
        } atEnd: { state in
            for (person, device) in state.devices {
                guard let place = state.launch.places[CreationRace.seat(person)], let session = place.session else {
                    Issue.record("\(person) is nowhere")
                    continue
                }
                #expect(device.screen == .session(session))
                if case .invited = place { Issue.record("\(person) was not asked") }
            }
            // Only one who chose to be alone before is waited for: they have the card.
            for session in state.launch.sessions.values where !session.wasOpened {
                for person in session.pending {
                    guard case .standard = state.launch.places[CreationRace.seat(person)] else {
                        Issue.record("\(session)")
                        continue
                    }
                }
                #expect(!session.pending.isEmpty, "\(session)")
            }
        }
    }
}
