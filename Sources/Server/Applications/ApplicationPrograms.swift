import EventLoop
import Glibc
import JSON
import MatrixAPI
package import Store
import Synchronization

/// Runs the programs of applications: CGI programs that read what was filled in.
///
/// A program gets the files of a submission as paths in a folder that is there as long as it runs, and has a folder of
/// its application's own, which stays.
package final class ApplicationPrograms: SubmissionRunning {
    /// Files of one submission, in bytes, where they are part of the input itself.
    private static let maximumMultipart: Int64 = 64 << 20
    /// What a program ends with to be started again later (sysexits(3), EX_TEMPFAIL).
    private static let tryAgain: Int32 = 75

    private let portal: Portal
    private let media: MediaRepository
    private let runner: CGIRunner
    private let limits: CGIProgram.Limits
    private let folder: String
    private let owner: (id: UInt32, group: UInt32)?
    /// Those whose last run failed: the portal's administrators are told once.
    private let failing = Mutex<Set<RoomID>>([])
    private let disk = BlockingPool(threads: 2, name: "submissions")

    /// - Parameters:
    ///   - folder: where applications keep what is theirs; made when first needed.
    ///   - owner: as whom programs run, where that is not the server's own user.
    package init(
        portal: Portal, media: MediaRepository, runner: CGIRunner, limits: CGIProgram.Limits, folder: String,
        owner: (id: UInt32, group: UInt32)?
    ) {
        self.portal = portal
        self.media = media
        self.runner = runner
        self.limits = limits
        self.folder = folder
        self.owner = owner
    }

    package func run(_ submission: StoredSubmission, _ application: StoredApplication) async -> SubmissionOutcome {
        do {
            let response = try await answer(to: submission, application)
            await note(application, failure: nil)
            return Self.outcome(response)
        } catch CGIError.failed(status: Self.tryAgain, _) {
            return .again(after: nil)
        } catch let error as CGIError {
            await note(application, failure: error.description)
            return .failed(SubmissionAnswer(body: "The application could not answer."))
        } catch {
            // The disk or the store: nothing of the program's doing.
            await note(application, failure: "\(error)")
            return .again(after: nil)
        }
    }

    private func answer(to submission: StoredSubmission, _ application: StoredApplication) async throws -> CGIResponse {
        let room = try await portal.room(application.room, ofType: .app)
        let folders = try await disk.run { [self] in try makeFolders(submission, application) }
        defer { remove(folders.files) }
        let request = try await request(submission, application, room, folders)
        var program = CGIProgram(path: application.program, limits: limits)
        program.limits.time = .milliseconds(application.timeout)
        return try await runner.run(program, request)
    }

    /// Tells the administrators that an application fails, and that it works again.
    private func note(_ application: StoredApplication, failure: String?) async {
        let isNew = failing.withLock { failing in
            failure == nil ? failing.remove(application.room) != nil : failing.insert(application.room).inserted
        }
        guard isNew else { return }
        let name = (try? await portal.room(application.room, ofType: .app).name) ?? application.program
        let text = failure.map { "The application \(name) fails. \($0)" } ?? "The application \(name) works again."
        // Who cannot be told now is told the next time.
        do { try await portal.tellAdministrators(text) } catch {
            failing.withLock { failing in
                if failure != nil { failing.remove(application.room) }
            }
        }
    }

    // MARK: Asking

    private func request(
        _ submission: StoredSubmission, _ application: StoredApplication, _ room: PortalRoom, _ folders: Folders
    ) async throws -> CGIRequest {
        let id = "\(submission.number).\(submission.id)"
        let body = try JSONValue.parse(submission.body, limits: .stored)
        // The form may be another one by now: what was accepted stays so.
        let values = FormRules.Values(accepted: body["fields"] ?? .emptyObject)
        let files = try await write(values.files, into: folders.files, reading: application.input == .multipart)
        let input = SubmissionInput(application.input, submission, id: id, application: room.name, values, files)
        var request = CGIRequest()
        request.method = "POST"
        request.scriptName = "/applications/\(room.name)"
        request.contentType = input.type
        request.body = input.body
        request.serverName = portal.rooms.serverName
        request.remoteUser = submission.user.string
        request.variables = [
            "MADO_SUBMISSION_ID": id, "MADO_MEMBER": submission.user.string, "MADO_APPLICATION": room.name,
            "MADO_STATE_FOLDER": folders.state, "MADO_FILES_FOLDER": folders.files,
        ]
        for file in files {
            let field = file.field.uppercased().map { $0 == "-" ? "_" : $0 }
            request.variables["MADO_FILE_" + String(field)] = file.path
        }
        return request
    }

    private struct Folders: Sendable {
        let state: String
        let files: String
    }

    /// Blocks.
    private func makeFolders(
        _ submission: StoredSubmission, _ application: StoredApplication
    ) throws(SystemError) -> Folders {
        // Of the identifier only what every file system takes.
        let name = ContentDigest(of: Array(application.room.string.utf8)).hexadecimal.prefix(16)
        let state = "\(folder)/\(name)/state"
        let files = "\(folder)/\(name)/submission-\(submission.number)"
        // The way there can be walked by the programs' user, and read by nobody else.
        for path in [folder, "\(folder)/\(name)"] {
            try SystemFile.makeFolder(path, mode: owner == nil ? 0o700 : 0o711)
        }
        remove(files)
        for path in [state, files] {
            try SystemFile.makeFolder(path, mode: 0o700)
            if let owner { chown(path, owner.id, owner.group) }
        }
        return Folders(state: state, files: files)
    }

    private func remove(_ files: String) {
        for name in SystemFile.names(in: files) { SystemFile.remove("\(files)/\(name)") }
        rmdir(files)
    }

    /// Puts a submission's files into its folder, under names of ours.
    private func write(
        _ files: [FormRules.File], into folder: String, reading: Bool
    ) async throws -> [SubmissionInput.File] {
        var written: [SubmissionInput.File] = []
        var total: Int64 = 0
        for (number, file) in files.enumerated() {
            let download = try await media.download(file.uri.id)
            total += download.content.size
            guard !reading || total <= Self.maximumMultipart else {
                throw CGIError.cannotStart("the files of the submission are too large for multipart")
            }
            let path = "\(folder)/\(number + 1)"
            try await disk.run { [self] in try copy(download.file, to: path) }
            var entry = SubmissionInput.File(
                field: file.field, path: path, name: file.name, type: file.type, size: download.content.size)
            if reading {
                let size = Int(download.content.size)
                entry.bytes = try await disk.run { try download.file.read(at: 0, count: size) }
            }
            written.append(entry)
        }
        return written
    }

    /// Blocks.
    private func copy(_ file: StoredFile, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", path: path) }
        defer { close(descriptor) }
        var offset: Int64 = 0
        while offset < file.size {
            let bytes = try file.read(at: offset, count: 256 * 1024)
            guard !bytes.isEmpty else { break }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemError("write", path: path) }
                rest = rest.dropFirst(count)
            }
            offset += Int64(bytes.count)
        }
        if let owner { fchown(descriptor, owner.id, owner.group) }
    }

    // MARK: Answering

    /// Of text and HTML that are shown, in bytes.
    private static let maximumAnswer = 32 << 10

    /// The longest wait that a program may ask for, in seconds.
    private static let longestRetry: Int64 = 86_400

    static func outcome(_ response: CGIResponse) -> SubmissionOutcome {
        if response.status == 503 {
            let seconds = response.header("retry-after").flatMap { Int64($0) }
            return .again(after: seconds.map { .seconds(min(max($0, 0), longestRetry)) })
        }
        let text = String(decoding: response.body.prefix(maximumAnswer), as: UTF8.self)
        var answer: SubmissionAnswer
        switch response.contentType {
        case "text/html":
            let html = SafeHTML.sanitise(text)
            answer = SubmissionAnswer(body: SafeHTML.text(of: html), formattedBody: html)
        case .some(let type) where type.hasPrefix("text/"): answer = SubmissionAnswer(body: trimmed(text))
        default:
            return .failed(SubmissionAnswer(body: "The application answered with something that cannot be shown."))
        }
        answer.title = response.header("mado-title").map { $0.condensed(to: 200) }
        return response.status < 400 ? .answered(answer) : .failed(answer)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
