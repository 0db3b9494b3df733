/// What the demonstration shows: members, rooms, and who said what how long ago.
struct DemonstrationScript: Sendable {
    struct Member: Sendable {
        /// The local part.
        let name: String
        let displayName: String
    }

    struct Room: Sendable {
        enum Kind: Sendable {
            /// Two members alone.
            case direct
            case group(name: String, topic: String)
            case open(alias: String, name: String, topic: String)
        }

        let kind: Kind
        /// The first one makes the room.
        let members: [String]
        /// Invited, without an answer so far.
        var invited: [String] = []
        let lines: [Line]
    }

    struct Line: Sendable {
        let minutesAgo: Int64
        let sender: String
        let text: String
        /// Those who did not read this line and what follows it.
        var unreadBy: [String] = []

        init(_ minutesAgo: Int64, _ sender: String, _ text: String, unreadBy: [String] = []) {
            self.minutesAgo = minutesAgo
            self.sender = sender
            self.text = text
            self.unreadBy = unreadBy
        }
    }

    let members: [Member]
    let rooms: [Room]

    static let standard = DemonstrationScript(
        members: [
            Member(name: "hanako", displayName: "Hanako Sato"),
            Member(name: "kenji", displayName: "Kenji Tanaka"),
            Member(name: "maria", displayName: "Maria García"),
            Member(name: "ana", displayName: "Ana López"),
            Member(name: "akira", displayName: "Akira Ito"),
            Member(name: "emma", displayName: "Emma Clarke"),
            Member(name: "liam", displayName: "Liam O’Brien"),
            Member(name: "yuki", displayName: "Yuki Mori"),
        ],
        rooms: [lobby, osaka, madrid, launch, hanakoKenji, hanakoAkira, hanakoMaria, mariaAna, emmaLiam, tennis])
}
