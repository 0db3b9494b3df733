/// What the demonstration shows: members, rooms, and who said what how long ago.
struct DemonstrationScript: Sendable {
    struct Member: Sendable {
        /// The local part.
        let name: String
        let displayName: String
        let portrait: DemonstrationPortrait
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
            Member(
                name: "hanako", displayName: "Hanako Sato",
                portrait: .init(ground: 0xF4C7C3, skin: 0xF6D7B8, hair: 0x2A2320, clothes: 0xC0392B, .long)),
            Member(
                name: "kenji", displayName: "Kenji Tanaka",
                portrait: .init(ground: 0xBBD7EA, skin: 0xEFC9A4, hair: 0x1F1C1A, clothes: 0x1F4E79, .short)),
            Member(
                name: "maria", displayName: "Maria García",
                portrait: .init(ground: 0xFBE3A8, skin: 0xE3B088, hair: 0x4A2C1D, clothes: 0x2E7D5B, .bun)),
            Member(
                name: "ana", displayName: "Ana López",
                portrait: .init(ground: 0xD7E8C8, skin: 0xD9A074, hair: 0x30201A, clothes: 0x8E44AD, .long)),
            Member(
                name: "akira", displayName: "Akira Ito",
                portrait: .init(ground: 0xD9D2E9, skin: 0xF2CFA9, hair: 0x5A5552, clothes: 0x37474F, .short)),
            Member(
                name: "emma", displayName: "Emma Clarke",
                portrait: .init(ground: 0xC9E4DE, skin: 0xF8DCC8, hair: 0xC9792E, clothes: 0x2C3E70, .bun)),
            Member(
                name: "liam", displayName: "Liam O’Brien",
                portrait: .init(ground: 0xE8E2D4, skin: 0xF9DECB, hair: 0xA8501F, clothes: 0x3F7D3A, .short)),
            Member(
                name: "yuki", displayName: "Yuki Mori",
                portrait: .init(ground: 0xCFE0F5, skin: 0xF7D9BC, hair: 0x3B2C28, clothes: 0xE0A030, .long)),
        ],
        rooms: [lobby, osaka, madrid, launch, hanakoKenji, hanakoAkira, hanakoMaria, mariaAna, emmaLiam, tennis])
}
