import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite("Push rules")
struct PushRulesTests {
    private static let path = "/_matrix/client/v3/pushrules"
    private static let cake = path + "/global/content/cake"

    @Test("whole, under each of its paths")
    func whole() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let all = await kenji.get(Self.path + "/")
            #expect(all["global"]?["override"]?.array?.first { _ in true }?["rule_id"]?.string == ".m.rule.master")
            #expect(await kenji.get(Self.path).text == all.text)
            let global = await kenji.get(Self.path + "/global/")
            #expect(all.text == #"{"global":\#(global.text)}"#)
            #expect(await kenji.get("/_matrix/client/r0/pushrules/").text == all.text)
        }
    }

    @Test("a rule is made, changed, switched off, deleted")
    func life() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.get(Self.cake).error == "M_NOT_FOUND")
            #expect(await kenji.put(Self.cake, #"{"pattern":"cake","actions":["notify"]}"#).text == "{}")
            let rule = await kenji.get(Self.cake)
            #expect(rule["pattern"]?.string == "cake")
            #expect(rule["enabled"]?.bool == true)
            #expect(rule["default"]?.bool == false)
            #expect(await kenji.get(Self.cake + "/actions").text == #"{"actions":["notify"]}"#)
            let loud = #"{"actions":["notify",{"set_tweak":"sound","value":"bing"}]}"#
            #expect(await kenji.put(Self.cake + "/actions", loud).text == "{}")
            #expect(await kenji.get(Self.cake + "/actions").text == loud)
            #expect(await kenji.put(Self.cake + "/enabled", #"{"enabled":false}"#).text == "{}")
            #expect(await kenji.get(Self.cake + "/enabled").text == #"{"enabled":false}"#)
            #expect(await kenji.delete(Self.cake).text == "{}")
            #expect(await kenji.delete(Self.cake).error == "M_NOT_FOUND")
        }
    }

    @Test("order among one's own")
    func order() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = Self.path + "/global/override/"
            let body = #"{"conditions":[],"actions":[]}"#
            for (id, query) in [("a", ""), ("b", ""), ("c", "?after=a"), ("d", "?before=a")] {
                #expect(await kenji.put(room + id + query, body).status == 200)
            }
            let all = await kenji.get(Self.path + "/global/")
            let own = all["override"]?.array?.compactMap { $0["rule_id"]?.string }.filter { !$0.hasPrefix(".") }
            #expect(own == ["b", "d", "a", "c"])
            let unknown = await kenji.put(room + "e?after=nowhere", body)
            #expect(unknown.status == 400)
            #expect(unknown.error == "M_UNKNOWN")
        }
    }

    @Test("the server's own rules can be changed and not deleted")
    func defaults() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let master = Self.path + "/global/override/.m.rule.master"
            #expect(await kenji.put(master + "/enabled", #"{"enabled":true}"#).status == 200)
            #expect(await kenji.get(master)["enabled"]?.bool == true)
            #expect(await kenji.delete(master).status == 400)
            let imitation = await kenji.put(Self.path + "/global/override/.mine", #"{"actions":[]}"#)
            #expect(imitation.status == 400)
            #expect(imitation.error == "M_INVALID_PARAM")
        }
    }

    @Test("what is wrong with a request")
    func malformed() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.put(Self.cake, #"{"pattern":"cake"}"#).error == "M_MISSING_PARAM")
            #expect(await kenji.put(Self.cake, #"{"actions":["notify"]}"#).error == "M_MISSING_PARAM")
            #expect(await kenji.put(Self.cake, #"{"pattern":"cake","actions":["dance"]}"#).error == "M_INVALID_PARAM")
            #expect(await kenji.put(Self.path + "/global/nonsense/a", #"{"actions":[]}"#).error == "M_INVALID_PARAM")
            let slash = Self.path + "/global/content/a%2Fb"
            #expect(await kenji.put(slash, #"{"pattern":"a","actions":[]}"#).error == "M_INVALID_PARAM")
            for part in ["", "/enabled", "/actions"] {
                #expect(await kenji.get(Self.cake + part).error == "M_NOT_FOUND")
            }
            #expect(await kenji.put(Self.cake + "/enabled", #"{"enabled":true}"#).error == "M_NOT_FOUND")
            #expect(await kenji.put(Self.cake + "/enabled", "{}").error == "M_MISSING_PARAM")
            #expect(await kenji.put(Self.cake + "/actions", #"{"actions":[]}"#).error == "M_NOT_FOUND")
        }
    }

    @Test("in memory they follow each change, and devices are told")
    func inMemory() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(try server.pushRules.ruleset(of: kenji.user, nil) == nil)
            #expect(try await server.pushRules.ruleset(of: kenji.user).rule(.content, "cake") == nil)
            let before = server.journal.position
            #expect(await kenji.put(Self.cake, #"{"pattern":"cake","actions":["notify"]}"#).status == 200)
            #expect(try server.pushRules.ruleset(of: kenji.user, nil)?.rule(.content, "cake") != nil)
            let changes = try #require(server.journal.log.changes(since: before, upTo: server.journal.position))
            #expect(changes.count == 1)
            guard case .accountData(kenji.user, nil, "m.push_rules", let content)? = changes.first?.kind else {
                Issue.record("no account data was published")
                return
            }
            #expect(String(decoding: content, as: UTF8.self) == (await kenji.get(Self.path + "/")).text)
            // Another server process on the same store reads the same.
            let again = PushRules(journal: server.journal)
            #expect(try await again.ruleset(of: kenji.user).rule(.content, "cake")?.pattern?.source == "cake")
        }
    }
}
