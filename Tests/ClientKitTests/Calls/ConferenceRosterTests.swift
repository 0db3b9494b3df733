import JSON
import Testing

@testable import ClientKit

/// Who has a place in a conference, and what the server tells of it.
struct ConferenceRosterTests {
    private func publisher(_ participant: String, _ name: String, hasVideo: Bool = true) -> ConferencePublisher {
        ConferencePublisher(participant: participant, userID: "@\(name):test", hasVideo: hasVideo)
    }

    private func roster(_ publishers: ConferencePublisher...) -> ConferenceRoster {
        var roster = ConferenceRoster(owner: "@hanako:test")
        _ = roster.joined(publishers)
        return roster
    }

    @Test func thoseWhoAreThereAndThoseWhoComeAreSubscribedTo() {
        var roster = ConferenceRoster(owner: "@hanako:test")
        let kenji = publisher("p1", "kenji")
        let ana = publisher("p2", "ana")
        #expect(roster.joined([kenji]) == [.subscribe(kenji)])
        #expect(roster.take(.published(ana)) == [.subscribe(ana)])
        #expect(roster.take(.published(ana)) == [])
        #expect(roster.seats == [kenji, ana])
        #expect(roster.take(.unpublished(participant: "p1")) == [.drop(userID: "@kenji:test")])
        #expect(roster.take(.unpublished(participant: "p1")) == [])
        #expect(roster.left() == [.drop(userID: "@ana:test")])
        #expect(roster.seats.isEmpty)
    }

    @Test func oneDoesNotSeeOneself() {
        var roster = roster()
        #expect(roster.take(.published(publisher("p1", "hanako"))) == [])
        #expect(roster.seats.isEmpty)
    }

    @Test func otherMediaAreSubscribedToAnew() {
        let before = publisher("p1", "kenji", hasVideo: false)
        let after = publisher("p1", "kenji")
        var roster = roster(before)
        #expect(roster.take(.published(after)) == [.drop(userID: "@kenji:test"), .subscribe(after)])
        #expect(roster.seats == [after])
    }

    /// Who goes on sending is not subscribed to anew.
    @Test func whoIsWithoutSoundKeepsTheirConnection() {
        var roster = roster(publisher("p1", "kenji"), publisher("p2", "ana"), publisher("p3", "kenji"))
        let silent = ConferenceMuted(audio: true)
        #expect(roster.take(.muted(participant: "p1", silent)) == [])
        #expect(roster.seats.map(\.muted.audio) == [true, false])
        #expect(roster.take(.muted(participant: "p1", ConferenceMuted(video: true))) == [])
        #expect(roster.seats.first?.muted == ConferenceMuted(video: true))
        // The other device is so already when it takes the place.
        #expect(roster.take(.muted(participant: "p3", silent)) == [])
        _ = roster.take(.unpublished(participant: "p1"))
        #expect(roster.seats.last?.muted == silent && roster.seats.last?.participant == "p3")
        #expect(roster.take(.muted(participant: "nobody", silent)) == [])
    }

    @Test func aMemberHasOnePlaceWithTwoDevices() {
        let (first, second) = (publisher("p1", "kenji"), publisher("p2", "kenji"))
        var roster = roster(first)
        #expect(roster.take(.published(second)) == [])
        #expect(roster.take(.unpublished(participant: "p1")) == [.drop(userID: "@kenji:test"), .subscribe(second)])
        #expect(roster.seats == [second])
    }

    @Test func aServerCannotFillTheWindow() {
        var roster = roster()
        for number in 0..<200 { _ = roster.take(.published(publisher("p\(number)", "u\(number)"))) }
        #expect(roster.seats.count == ConferenceRoster.limit)
    }

    @Test func theEndGivesAllPlacesUp() {
        var roster = roster(publisher("p1", "kenji"))
        #expect(roster.take(.ended) == [.drop(userID: "@kenji:test")])
    }

    @Test(arguments: [
        (
            #"{"type":"published","publisher":{"participant":"p1","user_id":"@kenji:test","audio":true,"video":true}}"#,
            ConferenceEvent.published(ConferencePublisher(participant: "p1", userID: "@kenji:test", hasVideo: true))
        ),
        (#"{"type":"unpublished","participant":"p1"}"#, .unpublished(participant: "p1")),
        (
            #"{"type":"muted","participant":"p1","audio_muted":true,"video_muted":false}"#,
            .muted(participant: "p1", ConferenceMuted(audio: true))
        ),
        (#"{"type":"muted","audio_muted":true}"#, nil),
        (
            #"{"type":"subscription_offer","subscription":"s1","sdp":"v=0\r\n"}"#,
            .offer(subscription: "s1", sdp: "v=0\r\n")
        ),
        (#"{"type":"ended"}"#, .ended),
        (#"{"type":"connected"}"#, nil), (#"{"type":"published"}"#, nil),
        (#"{"type":"published","publisher":{"participant":"","user_id":"@kenji:test"}}"#, nil),
        (#"{"type":"subscription_offer","subscription":"s1","sdp":"no"}"#, nil), ("[]", nil),
    ])
    func whatTheServerTells(text: String, event: ConferenceEvent?) throws {
        #expect(ConferenceEvent(try JSONValue.parse(Array(text.utf8))) == event)
    }
}
