import EventLoop
import Foundation
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Server

/// A server with a portal and all that it shows; programs are scripted.
struct PortalContent: Sendable {
    let server: RouteHarness
    let portal: Portal
    let roles: MemberRoles
    let rooms: Rooms
    let channels: Channels
    let live: LiveChannels
    let boards: Boards
    let applications: Applications
    let queue: SubmissionQueue
    let program: ScriptedProgram
    let media: MediaCapability

    private struct Parts {
        let portal: Portal
        let roles: MemberRoles
        let rooms: Rooms
        let channels: Channels
        let live: LiveChannels
        let boards: Boards
        let applications: Applications
        let queue: SubmissionQueue
        let media: MediaCapability
    }

    static func run(_ body: (PortalContent) async throws -> Void) async throws {
        let program = ScriptedProgram()
        var made: Parts?
        let folder = FileManager.default.temporaryDirectory.appending(path: "mado-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await RouteHarness.run(adding: { parts, routes in
            let rooms = Rooms(journal: parts.journal, serverName: RouteHarness.serverName, clock: parts.clock)
            let portal = Portal(rooms: rooms, settings: PortalSettings(), clock: parts.clock)
            let roles = MemberRoles(journal: parts.journal)
            let loop = parts.loops.loops[0]
            let channels = Channels(portal: portal, loop: loop, clock: parts.clock)
            let live = LiveChannels(channels: channels, streams: LiveStreams(clock: parts.clock))
            let boards = Boards(portal: portal, roles: roles, loop: loop, clock: parts.clock)
            let queue = SubmissionQueue(journal: parts.journal, runner: program, loop: loop, clock: parts.clock)
            let applications = Applications(portal: portal, serverName: RouteHarness.serverName, queue: queue)
            let media = try MediaCapability(parts.journal, parts.clock, folder: folder, .init())
            SyncHarness.add(to: parts, &routes)
            let instructions = Instructions(portal: portal)
            let providers: [any RouteProviding] = [
                portal, live, boards, applications, instructions, media.repository,
                ChannelAdministration(channels: channels, live: live, media: media.repository, portal: portal),
                AnnouncementAdministration(boards: boards, serverName: RouteHarness.serverName),
                ApplicationAdministration(applications: applications),
                InstructionAdministration(
                    instructions: instructions, portal: portal, serverName: RouteHarness.serverName,
                    senderName: "Mado"),
            ]
            for provider in providers { provider.addRoutes(to: &routes) }
            made = Parts(
                portal: portal, roles: roles, rooms: rooms, channels: channels, live: live, boards: boards,
                applications: applications, queue: queue, media: media)
        }) { server in
            let parts = try #require(made)
            server.accounts.addObserver(parts.portal)
            parts.roles.addObserver(parts.portal)
            parts.roles.addObserver(parts.boards)
            try await parts.portal.prepare()
            try await body(
                PortalContent(
                    server: server, portal: parts.portal, roles: parts.roles, rooms: parts.rooms,
                    channels: parts.channels, live: parts.live, boards: parts.boards,
                    applications: parts.applications, queue: parts.queue, program: program, media: parts.media))
        }
    }

    /// What a member's own account data of a room says; nil for none.
    func accountData(_ type: String, in room: RoomID, of member: TestMember) async -> TestAnswer {
        await member.get("/_matrix/client/v3/user/\(member.user)/rooms/\(room)/account_data/\(type)")
    }

    /// A room's message events, oldest first.
    func messages(in room: RoomID) async throws -> [Event] {
        try await server.store.read { reader in
            try reader.events(in: room, after: 0, through: .max, order: .forward, limit: 1000)
                .filter { $0.type == "m.room.message" }
        }
    }
}

/// A program of a test: what it answers, one outcome after the other, and what it was given.
final class ScriptedProgram: SubmissionRunning {
    private struct State {
        var outcomes: [SubmissionOutcome] = []
        var given: [StoredSubmission] = []
        var waiting: [(count: Int, resume: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    func answer(_ outcomes: SubmissionOutcome...) { state.withLock { $0.outcomes += outcomes } }
    var given: [StoredSubmission] { state.withLock { $0.given } }

    func run(_ submission: StoredSubmission, _ application: StoredApplication) async -> SubmissionOutcome {
        let (outcome, ready) = state.withLock { state -> (SubmissionOutcome, [@Sendable () -> Void]) in
            state.given.append(submission)
            let outcome =
                state.outcomes.isEmpty ? .answered(SubmissionAnswer(body: "Done")) : state.outcomes.removeFirst()
            let count = state.given.count
            let ready = state.waiting.filter { $0.count <= count }.map(\.resume)
            state.waiting.removeAll { $0.count <= count }
            return (outcome, ready)
        }
        for resume in ready { resume() }
        return outcome
    }

    /// Returns when the program was begun that often.
    func begun(_ count: Int) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isDone = state.withLock { state in
                if state.given.count >= count { return true }
                state.waiting.append((count, { continuation.resume() }))
                return false
            }
            if isDone { continuation.resume() }
        }
    }
}
