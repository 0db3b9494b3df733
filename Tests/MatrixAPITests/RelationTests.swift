import JSON
import MatrixAPI
import Testing

@Suite struct RelationTests {
    private func relation(_ text: String) throws -> Relation? {
        Relation(content: try json(#"{"m.relates_to":\#(text)}"#))
    }

    private let e = EventID(unchecked: "$e")
    private let f = EventID(unchecked: "$f")

    @Test func annotation() throws {
        let relation = try #require(try relation(#"{"rel_type":"m.annotation","event_id":"$e","key":"👍"}"#))
        #expect(relation.annotation?.event == e && relation.annotation?.key == "👍")
        #expect(relation.parent == Relation.Parent(type: Relation.annotation, event: e))
        #expect(relation.threadRoot == nil && relation.replaced == nil && relation.inReplyTo == nil)
        #expect(try self.relation(#"{"rel_type":"m.annotation","event_id":"$e"}"#)?.annotation == nil)
    }

    @Test func threadWithFallback() throws {
        let relation = try #require(
            try relation(
                #"{"rel_type":"m.thread","event_id":"$e","m.in_reply_to":{"event_id":"$f"},"is_falling_back":true}"#))
        #expect(relation.threadRoot == e && relation.inReplyTo == f)
        #expect(relation.isFallback && relation.genuineReply == nil)
    }

    @Test func replyInThread() throws {
        let relation = try #require(
            try relation(#"{"rel_type":"m.thread","event_id":"$e","m.in_reply_to":{"event_id":"$f"}}"#))
        #expect(relation.threadRoot == e && relation.genuineReply == f && !relation.isFallback)
    }

    @Test func replyAlone() throws {
        let relation = try #require(try relation(#"{"m.in_reply_to":{"event_id":"$f"}}"#))
        #expect(relation.parent == nil && relation.genuineReply == f)
    }

    @Test func replacementAndOthers() throws {
        #expect(try relation(#"{"rel_type":"m.replace","event_id":"$e"}"#)?.replaced == e)
        #expect(try relation(#"{"rel_type":"org.x","event_id":"$e"}"#)?.parent?.type == "org.x")
        #expect(try relation(#"{"rel_type":"m.thread","event_id":"$e","is_falling_back":true}"#)?.isFallback == false)
    }

    @Test(arguments: [
        "1", "{}", #"{"rel_type":"m.thread"}"#, #"{"event_id":"$e"}"#, #"{"rel_type":1,"event_id":"$e"}"#,
        #"{"rel_type":"m.thread","event_id":"e"}"#, #"{"m.in_reply_to":"$f"}"#, #"{"m.in_reply_to":{"event_id":7}}"#,
    ])
    func malformedCountsAsAbsent(_ text: String) throws { #expect(try relation(text) == nil) }

    @Test func withoutRelation() throws { #expect(Relation(content: try json("{}")) == nil) }
}

@Suite struct MentionsTests {
    @Test(arguments: [
        ("{}", [], false), (#"{"m.mentions":{}}"#, [], false),
        (#"{"m.mentions":{"user_ids":["@a:a","@b:a","@a:a"],"room":true}}"#, ["@a:a", "@b:a"], true),
        (#"{"m.mentions":{"user_ids":["a",1,"@b:a"],"room":"true"}}"#, ["@b:a"], false),
        (#"{"m.mentions":{"user_ids":"@a:a","room":1}}"#, [], false), (#"{"m.mentions":[]}"#, [], false),
    ])
    func mentions(_ content: String, _ users: [String], _ room: Bool) throws {
        let mentions = Mentions(content: try json(content))
        #expect(mentions.users == Set(users.map(UserID.init(unchecked:))))
        #expect(mentions.room == room)
    }
}
