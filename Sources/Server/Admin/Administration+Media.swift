import HTTP
import JSON
import MatrixAPI

extension Administration {
    /// `POST /media/quarantine`, `/media/release` and `/media/remove`, each with `mxc` or `member`; `files` says how many
    /// were meant.
    func addMediaRoutes(_ add: Add) {
        add(.post, "/media/quarantine") { [media] in Self.counted(try await media.setQuarantined(true, subject($0))) }
        add(.post, "/media/release") { [media] in Self.counted(try await media.setQuarantined(false, subject($0))) }
        add(.post, "/media/remove") { [media] in Self.counted(try await media.remove(subject($0))) }
    }

    private static func counted(_ files: Int) -> Answer { .object { $0.member("files", files) } }

    private func subject(_ request: Request) throws -> MediaModeration.Subject {
        if let name = try request.body.optionalString("member") { return .uploads(try user(name)) }
        guard let file = ContentURI(try request.body.requiredString("mxc")), file.server == serverName else {
            throw MatrixError.invalidParam("mxc is no file of this server")
        }
        return .file(file.id)
    }
}
