import JSON
import Testing

@testable import ClientKit

/// Reading and writing the events, and what is not taken.
struct CallEventTests {
    private func read(_ type: String, _ content: String, more: String = "") throws -> CallEvent? {
        let text =
            #"{"event_id":"$e","type":"\#(type)","sender":"@kenji:test","origin_server_ts":1,"content":\#(content)\#(more)}"#
        let event = try #require(ReceivedEvent(try JSONValue.parse(Array(text.utf8))))
        return CallEvent(event, roomID: "!r:test")
    }

    private let head = #""call_id":"c","version":"1","party_id":"p""#

    @Test func eachKindIsWrittenAsItIsRead() throws {
        let streams = CallStreams(["s": CallStreams.Stream(isScreen: true, audioMuted: true)])
        let contents: [CallEvent.Content] = [
            .invite(
                CallEvent.Invitation(
                    sdp: "v=0\r\n", lifetime: 90_000, invitee: "@a:test", streams: streams, isFurther: true)),
            .answer(sdp: "v=0\r\n", streams),
            .candidates([ICECandidate(text: "candidate:1", line: 1, mediaID: "audio"), .end]),
            .negotiate(isOffer: true, sdp: "v=0\r\n", lifetime: 1000, streams),
            .negotiate(isOffer: false, sdp: "v=0\r\n", lifetime: 1000, CallStreams()),
            .selectAnswer(partyID: "x"), .reject, .hangUp(.userBusy), .streamsChanged(streams),
        ]
        for content in contents {
            let event = CallEvent(
                roomID: "!r:test", sender: "@kenji:test", callID: "c", partyID: "p", groupID: "g", content: content)
            #expect(try read(event.type, String(decoding: event.json, as: UTF8.self)) == event)
        }
    }

    @Test func versionZero() throws {
        let event = try #require(try read("m.call.hangup", #"{"call_id":"c","version":0}"#))
        #expect(event.version == .zero)
        #expect(event.partyID == nil)
        #expect(event.content == .hangUp(.userHangUp))
        // Versions that are not known are those of the parties.
        #expect(try read("m.call.hangup", #"{"call_id":"c","version":1,"party_id":"p"}"#)?.version == .one)
        #expect(try read("m.call.hangup", #"{"call_id":"c","version":"2"}"#) == nil)
    }

    @Test func ageAndEcho() throws {
        let event = try read(
            "m.call.reject", "{\(head)}", more: #","unsigned":{"age":1234,"transaction_id":"t"}"#)
        #expect(event?.age == 1234)
        #expect(event?.isEcho == true)
        #expect(try read("m.call.reject", "{\(head)}", more: #","unsigned":{"age":-5}"#)?.age == 0)
    }

    @Test(arguments: [
        ("m.call.invite", #""lifetime":1000"#),
        ("m.call.invite", #""lifetime":-1,"offer":{"type":"offer","sdp":"v=0"}"#),
        ("m.call.invite", #""offer":{"type":"offer","sdp":"v=0"}"#),
        ("m.call.invite", #""lifetime":1000,"offer":{"type":"offer","sdp":"x"}"#),
        ("m.call.invite", #""lifetime":1000,"invitee":7,"offer":{"type":"offer","sdp":"v=0"}"#),
        ("m.call.answer", #""answer":"v=0""#),
        ("m.call.candidates", #""candidates":{}"#),
        ("m.call.candidates", #""candidates":[{"candidate":"a\nb","sdpMLineIndex":0}]"#),
        ("m.call.candidates", #""candidates":[{"candidate":"a","sdpMLineIndex":99}]"#),
        ("m.call.negotiate", #""lifetime":1,"description":{"type":"rollback","sdp":"v=0"}"#),
        ("m.call.select_answer", #""selected_party_id":"""#),
        ("m.call.sdp_stream_metadata_changed", #""sdp_stream_metadata":7"#),
        ("m.call.assert_identity", #""x":1"#),
    ])
    func whatIsWrongIsNotTaken(_ type: String, _ content: String) throws {
        #expect(try read(type, "{\(head),\(content)}") == nil)
    }

    @Test func hugeOnesAreNotTaken() throws {
        let sdp = "v=0" + String(repeating: "a", count: 60_001)
        #expect(try read("m.call.answer", #"{\#(head),"answer":{"type":"answer","sdp":"\#(sdp)"}}"#) == nil)
        let one = #"{"candidate":"candidate:1","sdpMLineIndex":0}"#
        let many = Array(repeating: one, count: 101).joined(separator: ",")
        #expect(try read("m.call.candidates", #"{\#(head),"candidates":[\#(many)]}"#) == nil)
        let long = String(repeating: "c", count: 256)
        #expect(try read("m.call.reject", #"{"call_id":"\#(long)","version":"1","party_id":"p"}"#) == nil)
        let streams = (0..<40).map { #""s\#($0)":{"purpose":"m.usermedia"}"# }.joined(separator: ",")
        let event = try read("m.call.sdp_stream_metadata_changed", #"{\#(head),"sdp_stream_metadata":{\#(streams)}}"#)
        guard case .streamsChanged(let read)? = event?.content else {
            Issue.record("not read")
            return
        }
        #expect(read.byID?.count == 16)
    }

    @Test func aLongLifetimeIsCut() throws {
        let event = try read(
            "m.call.invite", #"{\#(head),"lifetime":999999999,"offer":{"type":"offer","sdp":"v=0"}}"#)
        guard case .invite(let invitation)? = event?.content else {
            Issue.record("not read")
            return
        }
        #expect(invitation.lifetime == 300_000)
    }

    @Test func descriptions() {
        let offer = SessionDescription(CallMachineTests.sdp("x"))
        #expect(offer.hasVideo && offer.hasAudio && offer.sendsVideo && !offer.holds)
        #expect(offer.mediaCount == 2)
        #expect(offer.payload(of: "vp8", in: "video") == 96)
        #expect(offer.payload(of: "opus", in: "audio") == nil)
        #expect(!SessionDescription("v=0\r\nm=audio 9 UDP 0\r\nm=video 0 UDP 96\r\n").hasVideo)
        #expect(SessionDescription("v=0\r\nm=video 0 UDP 96\r\na=bundle-only\r\n").hasVideo)
        #expect(SessionDescription("v=0\nm=audio 9 UDP 0\na=sendonly\n").holds)
        #expect(SessionDescription("v=0\nm=audio 9 UDP 0\na=recvonly\n").holds == false)
        let viewer = SessionDescription("v=0\r\no=- 1 1 IN\r\nm=audio 9 UDP 0\r\na=recvonly\r\n")
        #expect(
            viewer.restricted(isReceiving: true, isSending: true, revision: 4).text
                == "v=0\r\no=- 1 5 IN\r\nm=audio 9 UDP 0\r\na=recvonly\r\n")
    }
}
