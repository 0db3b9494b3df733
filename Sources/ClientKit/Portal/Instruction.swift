import JSON

/// What the server asks this device to do, with its user's consent.
package struct Instruction: Sendable, Equatable, Identifiable {
    package enum Action: String, Sendable, Equatable, CaseIterable {
        case openPage = "open_page"
        case openProgramme = "open_programme"
        case runProgram = "run_program"
    }

    package enum Outcome: String, Sendable, Equatable {
        case done, refused, failed
    }

    package let id: String
    package var action: Action
    /// `https` or `http` only.
    package var url: String?
    package var roomID: String?
    /// A name that is registered in this program, never a command line.
    package var program: String?
    package var text: String
    package var senderName: String
    /// Milliseconds since 1970.
    package var sent: Int64
    /// When it arrived here, in milliseconds since 1970.
    package var received: Int64
    /// nil while nothing was decided.
    package var outcome: Outcome?
    package var detail: String?

    /// nil when it lacks what its action needs.
    init?(_ content: JSONValue, received: Int64) {
        guard let id = content["instruction_id"]?.string, !id.isEmpty, id.utf8.count <= 255,
            let action = content["action"]?.string.flatMap(Action.init)
        else { return nil }
        self.id = id
        self.action = action
        url = content["url"]?.string.flatMap(PortalLink.checked)
        roomID = content["room_id"]?.string
        program = content["program"]?.string
        text = content["text"]?.string ?? ""
        senderName = content["sender_name"]?.string ?? ""
        sent = content["sent_ts"]?.int ?? received
        self.received = received
        let needed =
            switch action {
            case .openPage: url
            case .openProgramme: roomID
            case .runProgram: program
            }
        if needed == nil { return nil }
    }
}

/// What the user has decided once and for all.
package enum Consent: String, Sendable, Equatable {
    case ask, always, never

    /// What a decision is for: all pages, all programmes, or one program.
    package enum Matter: Sendable, Equatable {
        case page, programme
        case program(String)

        var name: String {
            switch self {
            case .page: "consent.open_page"
            case .programme: "consent.open_programme"
            case .program(let name): "consent.run_program." + name
            }
        }
    }
}

extension Instruction {
    package var matter: Consent.Matter {
        switch action {
        case .openPage: .page
        case .openProgramme: .programme
        case .runProgram: .program(program ?? "")
        }
    }
}
