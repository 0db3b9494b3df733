import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Source: MSC3814.
@Suite struct DehydratedDeviceTests {
    private static let path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"

    private func body(_ member: TestMember, _ device: String, keysOf: String? = nil, signs: Bool = true) throws
        -> String
    {
        let key = SigningKey(7)
        let keys = try key.sign(
            """
            {"user_id":"\(member.user)","device_id":"\(keysOf ?? device)","algorithms":[],
             "keys":{"ed25519:\(device)":"\(key.publicPart)"},"dehydrated":true}
            """, as: member.user, name: device)
        let oneTimeKey = try (signs ? key : SigningKey(8)).sign(#"{"key":"one"}"#, as: member.user, name: device)
        return """
            {"device_id":"\(device)","device_data":{"algorithm":"org.example","pickle":"secret"},
             "initial_device_display_name":"asleep","device_keys":\(keys),
             "one_time_keys":{"signed_curve25519:AAA":\(oneTimeKey)}}
            """
    }

    @Test func itIsSentMessagesUntilAnotherTakesItUp() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            #expect(await kenji.get(Self.path).outcome == "404 M_NOT_FOUND")
            #expect(try await kenji.put(Self.path, body(kenji, "SLEEPER"))["device_id"]?.string == "SLEEPER")
            #expect(await kenji.get(Self.path)["device_data"]?["pickle"]?.string == "secret")
            let keys = await hanako.post(
                "/_matrix/client/v3/keys/query", #"{"device_keys":{"\#(kenji.user)":[]}}"#)
            #expect(keys["device_keys"]?[kenji.user.string]?["SLEEPER"]?["dehydrated"]?.bool == true)
            let claimed = await hanako.post(
                "/_matrix/client/v3/keys/claim",
                #"{"one_time_keys":{"\#(kenji.user)":{"SLEEPER":"signed_curve25519"}}}"#)
            #expect(claimed["one_time_keys"]?[kenji.user.string]?["SLEEPER"] != nil)
            for number in 1...2 {
                let sent = await hanako.put(
                    "/_matrix/client/v3/sendToDevice/m.room.encrypted/t\(number)",
                    #"{"messages":{"\#(kenji.user)":{"*":{"n":\#(number)}}}}"#)
                #expect(sent.status == 200)
            }
            let first = await kenji.post(Self.path + "/SLEEPER/events")
            #expect(first["events"]?.array?.compactMap { $0["content"]?["n"]?.int } == [1, 2])
            #expect(first["events"]?.first?["sender"]?.string == hanako.user.string)
            let next = try #require(first["next_batch"]?.string)
            let second = await kenji.post(Self.path + "/SLEEPER/events", #"{"next_batch":"\#(next)"}"#)
            #expect(second["events"]?.array?.count == 0)
            // It can begin anew.
            #expect(await kenji.post(Self.path + "/SLEEPER/events")["events"]?.array?.count == 2)
            #expect(await kenji.post(Self.path + "/OTHER/events").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.delete(Self.path)["device_id"]?.string == "SLEEPER")
            #expect(await kenji.get("/_matrix/client/v3/devices")["devices"]?.array?.count == 1)
            #expect(await kenji.get(Self.path).status == 404)
        }
    }

    @Test func anotherTakesItsPlace() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(
                try await kenji.put(Self.path, body(kenji, "ZERO", signs: false)).error == "M_INVALID_SIGNATURE")
            #expect(try await kenji.put(Self.path, body(kenji, "ONE")).status == 200)
            #expect(try await kenji.put(Self.path, body(kenji, "TWO")).status == 200)
            #expect(await kenji.get(Self.path)["device_id"]?.string == "TWO")
            #expect(await kenji.get("/_matrix/client/v3/devices/ONE").status == 404)
            // Not in place of a device that is in use, and not with another's keys.
            #expect(try await kenji.put(Self.path, body(kenji, kenji.device.string)).error == "M_INVALID_PARAM")
            #expect(await kenji.get(Self.path)["device_id"]?.string == "TWO", "nothing of a refused request is kept")
            #expect(try await kenji.put(Self.path, body(kenji, "THREE", keysOf: "FOUR")).error == "M_INVALID_PARAM")
            #expect(await kenji.put(Self.path, #"{"device_id":"X"}"#).error == "M_MISSING_PARAM")
            let wrong = await kenji.post(Self.path + "/TWO/events", #"{"next_batch":"soon"}"#)
            #expect(wrong.error == "M_INVALID_PARAM")
        }
    }
}
