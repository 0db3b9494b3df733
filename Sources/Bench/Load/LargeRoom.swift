/// A room with many members, none of whom is connected yet.
struct LargeRoom: Sendable {
    let room: String
    let sender: Member
    /// Of all members but the sender.
    let tokens: [String]
    /// From when they wait for what comes.
    let since: String

    init(of count: Int, on mado: MadoServer, _ bench: Bench) async throws {
        let client = try SetupClient(bench.context, port: mado.port)
        let sender = try await Member.register("sender", client)
        let room = try await sender.makeRoom(client)
        tokens = try await bench.guests(count, port: mado.port) { _, member, client in
            try await member.join(room, client)
            return member.token
        }
        since = try await sender.emptySync(client)
        self.sender = sender
        self.room = room
    }
}
