import HTTP
import JSON
package import MatrixAPI
package import Store

/// What the server asks members' desktops to do: to open a page, a programme, or a program that the desktop knows by
/// name. The desktop asks its user first; no command line ever travels.
package struct Instructions: Sendable {
    /// How long outcomes are kept.
    private static let lifetime = Duration.seconds(90 * 86_400)
    /// Members in one proposal.
    private static let membersAtOnce = 200

    private let portal: Portal

    package init(portal: Portal) { self.portal = portal }

    private var journal: Journal { portal.journal }

    /// What to do.
    package struct Action: Sendable {
        package enum Target: Sendable {
            case page(String)
            case programme(RoomID)
            /// By the name under which the client knows it.
            case program(String)
        }

        package let target: Target
        package let text: String?

        /// - Throws: `M_INVALID_PARAM`.
        package init(_ target: Target, text: String?) throws {
            switch target {
            case .page(let url):
                guard LinkAddress(url) != nil, url.utf8.count <= 2048 else {
                    throw MatrixError.invalidParam("A page has an http or https address")
                }
            case .program(let name):
                let isName = name.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                    default: false
                    }
                }
                guard isName, (1...64).contains(name.utf8.count) else {
                    throw MatrixError.invalidParam("The name of a program has 1 to 64 letters, digits and ._-")
                }
            case .programme: break
            }
            guard (text?.count ?? 0) <= 1000 else {
                throw MatrixError.invalidParam("The text has at most 1000 characters")
            }
            self.target = target
            self.text = text
        }

        func content(id: String, senderName: String, at time: Int64) -> [UInt8] {
            JSONWriter.object { object in
                object.member("instruction_id", id)
                switch target {
                case .page(let url):
                    object.member("action", "open_page")
                    object.member("url", url)
                case .programme(let room):
                    object.member("action", "open_programme")
                    object.member("room_id", room.string)
                case .program(let name):
                    object.member("action", "run_program")
                    object.member("program", name)
                }
                object.memberIfPresent("text", text)
                object.member("sender_name", senderName)
                object.member("sent_ts", time)
            }
        }
    }

    /// Sends it to all devices of these members.
    /// - Returns: its identifier.
    /// - Throws: `M_NOT_FOUND` when one of them has no account; nobody is sent anything then.
    package func send(_ action: Action, to users: [UserID], senderName: String) async throws -> String {
        guard !users.isEmpty else { throw MatrixError.invalidParam("To whom?") }
        try await journal.store.read { reader in
            for user in users {
                guard let account = try reader.account(user), !account.isDeactivated else {
                    throw MatrixError.notFound("There is no member \(user)")
                }
            }
        }
        let id = RandomBytes.token(12)
        let account = portal.account
        for batch in users.batches(of: Self.membersAtOnce) {
            try await journal.write { transaction in
                let now = transaction.now
                try transaction.store.deleteInstructions(sentBefore: now - Self.lifetime.milliseconds)
                let content = action.content(id: id, senderName: senderName, at: now)
                for user in batch {
                    try transaction.store.setInstruction(
                        StoredInstruction(id: id, user: user, content: content, sent: now))
                    for device in try transaction.store.devices(of: user) {
                        try transaction.send(content, type: "mado.instruction", from: account, to: user, device.id)
                    }
                }
            }
        }
        return id
    }

    /// Newest first.
    package func log() async throws -> [StoredInstruction] {
        try await journal.store.read { try $0.instructions(limit: 1000) }
    }

    /// Notes what a device answered; the first of a member's devices counts.
    private func note(_ outcome: String, _ detail: String?, of id: String, by user: UserID) async throws {
        guard ["done", "refused", "failed"].contains(outcome) else {
            throw MatrixError.invalidParam("outcome must be done, refused or failed")
        }
        guard (detail?.utf8.count ?? 0) <= 1000 else {
            throw MatrixError.invalidParam("detail has at most 1000 bytes")
        }
        try await journal.write { transaction in
            guard var stored = try transaction.store.instruction(id, to: user) else {
                throw MatrixError.notFound("There is no such instruction")
            }
            guard stored.outcome == nil else { return }
            stored.outcome = outcome
            stored.detail = detail
            stored.answered = transaction.now
            try transaction.store.setInstruction(stored)
        }
    }
}

extension Instructions: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let path = "/_mado/v1/instructions/{instructionId}/outcome"
        routes.add(.post, path, authentication: .membersOnly, limit: .message) { request in
            try await note(
                request.body.requiredString("outcome"), request.body.optionalString("detail"),
                of: request.parameter("instructionId"), by: request.user)
            return .empty
        }
    }
}

/// What `mado instruct` asks of a server, over the socket in the data folder.
package struct InstructionAdministration: RouteProviding {
    private let instructions: Instructions
    private let portal: Portal
    private let serverName: String
    private let senderName: String

    package init(instructions: Instructions, portal: Portal, serverName: String, senderName: String) {
        self.instructions = instructions
        self.portal = portal
        self.serverName = serverName
        self.senderName = senderName
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/instructions", authentication: .none, limit: .unlimited) { _ in try await log() }
        routes.add(.post, "/instructions", authentication: .none, limit: .unlimited) { try await send($0) }
    }

    /// `POST /instructions` with `members`, one of `page`, `programme` and `program`, and `text`.
    private func send(_ request: Request) async throws -> Answer {
        try await portal.prepare()
        let body = request.body
        let users = try body.optionalStrings("members").map { try Localpart.member(named: $0, server: serverName) }
        let target: Instructions.Action.Target
        if let page = try body.optionalString("page") {
            target = .page(page)
        } else if let channel = try body.optionalString("programme") {
            target = .programme(try await portal.room(named: channel, ofType: .channel).id)
        } else {
            target = .program(try body.requiredString("program"))
        }
        let action = try Instructions.Action(target, text: body.optionalString("text"))
        let id = try await instructions.send(action, to: users, senderName: senderName)
        return .object { $0.member("instruction_id", id) }
    }

    private func log() async throws -> Answer {
        let all = try await instructions.log()
        return .object { object in
            object.array("instructions") { list in
                for one in all {
                    list.object { entry in
                        entry.member("user_id", one.user.string)
                        entry.member("content", RawJSON(one.content))
                        entry.memberIfPresent("outcome", one.outcome)
                        entry.memberIfPresent("detail", one.detail)
                        entry.memberIfPresent("answered_ts", one.answered)
                    }
                }
            }
        }
    }
}
