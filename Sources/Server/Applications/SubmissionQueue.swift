package import EventLoop
import JSON
import MatrixAPI
package import Store
import Synchronization

/// What becomes of a submission when its program has run.
package enum SubmissionOutcome: Sendable {
    /// The program answered, or gave up on it.
    case answered(SubmissionAnswer)
    case failed(SubmissionAnswer)
    /// The program wants to be begun again, after this time or one that grows.
    case again(after: Duration?)
}

/// What a member is told.
package struct SubmissionAnswer: Sendable, Equatable {
    package var title: String?
    package var body: String
    /// HTML that is safe to be shown.
    package var formattedBody: String?

    package init(title: String? = nil, body: String, formattedBody: String? = nil) {
        self.title = title
        self.body = body
        self.formattedBody = formattedBody
    }
}

/// Gives a submission to its program.
package protocol SubmissionRunning: Sendable {
    func run(_ submission: StoredSubmission, _ application: StoredApplication) async -> SubmissionOutcome
}

/// Submissions on their way to their programs, oldest first, some at a time. The store is the queue: what is begun and
/// not over is begun again by the next server.
package final class SubmissionQueue: Sendable {
    private static let simultaneous = 4
    /// How often a program may ask to be begun again.
    private static let maximumAttempts: Int64 = 12
    private static let longestWait = Duration.seconds(60)
    /// Between attempts while the store does not work.
    private static let pause = Duration.seconds(5)

    private struct State {
        var running: Set<Int64> = []
        var timer: LoopTimer?
    }

    private let journal: Journal
    private let runner: any SubmissionRunning
    private let loop: EventLoop
    private let clock: WallClock
    private let state = Mutex(State())

    /// - Parameter loop: where its timer runs.
    package init(journal: Journal, runner: any SubmissionRunning, loop: EventLoop, clock: WallClock = .system) {
        self.journal = journal
        self.runner = runner
        self.loop = loop
        self.clock = clock
    }

    /// Begins what waits, when something new came or at the start.
    package func wake() { Task { [weak self] in await self?.begin() } }

    private func begin() async {
        // Without the store nothing can be begun; the timer tries again.
        let waiting = try? await journal.store.read { [clock] reader in
            try reader.waitingSubmissions(dueAt: clock.now, limit: 200)
        }
        for submission in waiting ?? [] {
            let isMine = state.withLock { state in
                guard state.running.count < Self.simultaneous else { return false }
                return state.running.insert(submission.number).inserted
            }
            guard isMine else { continue }
            Task { [weak self] in await self?.process(submission.number) }
        }
        let next = try? await journal.store.read { try $0.nextSubmissionDue() }
        wait(until: next ?? nil)
    }

    private func process(_ number: Int64) async {
        // Read again: it may have been over before this was its turn.
        let found = try? await journal.store.read { reader -> (StoredSubmission, StoredApplication?)? in
            guard let submission = try reader.submission(number), submission.state == .accepted else { return nil }
            return (submission, try reader.application(in: submission.room))
        }
        if let (submission, application) = found ?? nil {
            let outcome: SubmissionOutcome
            if let application {
                outcome = await runner.run(submission, application)
            } else {
                outcome = .failed(SubmissionAnswer(body: "The application is not there any more."))
            }
            do { try await finish(submission, outcome) } catch { return putOff(number) }
        } else if found == nil {
            return putOff(number)
        }
        state.withLock { _ = $0.running.remove(number) }
        await begin()
    }

    /// What could not be read or kept (a full disk) is begun again, with the same identifier, but not at once.
    private func putOff(_ number: Int64) {
        _ = loop.schedule(after: Self.pause) { [weak self] in
            self?.state.withLock { _ = $0.running.remove(number) }
            self?.wake()
        }
    }

    private func finish(_ submission: StoredSubmission, _ outcome: SubmissionOutcome) async throws {
        try await journal.write { transaction in
            guard var present = try transaction.store.submission(submission.number), present.state == .accepted else {
                return
            }
            let answer: SubmissionAnswer
            switch outcome {
            case .answered(let given): (present.state, answer) = (.answered, given)
            case .failed(let given): (present.state, answer) = (.failed, given)
            case .again(let delay):
                present.attempts += 1
                guard present.attempts >= Self.maximumAttempts else {
                    // 1 s, 2 s, 4 s … and half an hour at most.
                    let usual = min(Int64(1000) << min(present.attempts - 1, 20), 1_800_000)
                    present.due = transaction.now + (delay?.milliseconds ?? usual)
                    return try transaction.store.updateSubmission(present)
                }
                present.state = .failed
                answer = SubmissionAnswer(body: "The application could not answer.")
            }
            let content = Self.content(answer, present.state, at: transaction.now)
            present.answer = content
            try transaction.store.updateSubmission(present)
            try transaction.setAccountData(
                "mado.submission.\(present.id)", room: present.room, content: content, of: present.user)
        }
    }

    private static func content(
        _ answer: SubmissionAnswer, _ state: StoredSubmission.State, at time: Int64
    ) -> [UInt8] {
        JSONWriter.object { object in
            object.member("state", state == .answered ? "answered" : "failed")
            object.member("answered_ts", time)
            object.memberIfPresent("title", answer.title)
            object.member("body", answer.body)
            guard let formatted = answer.formattedBody else { return }
            object.member("format", "org.matrix.custom.html")
            object.member("formatted_body", formatted)
        }
    }

    private func wait(until time: Int64?) {
        // What is due now waits for a place, which wakes the queue itself.
        let delay = time.map { max(Duration.milliseconds($0 - clock.now), .milliseconds(500)) } ?? Self.longestWait
        let new = loop.schedule(after: min(delay, Self.longestWait)) { [weak self] in self?.wake() }
        let old = state.withLock { state in
            defer { state.timer = new }
            return state.timer
        }
        old?.cancel()
    }
}
