import EventLoop
import HTTP
import Store

/// A waiter that computes its answer anew each time that it is woken.
///
/// States: computing (a task reads the store), waiting (an entry among the loop's waiters), over. A wake-up while
/// computing makes it compute once more. What is found out is for the subclasses to answer.
///
/// `@unchecked Sendable`: every use is on the exchange's loop.
class AskingWaiter<Question: SyncQuestion>: SyncWaiter, @unchecked Sendable {
    var query: Question
    private var isComputing = false
    private var isWokenAgain = false

    init(
        _ sync: Sync, _ exchange: HTTPExchange, _ query: Question, received: MonotonicTime, presence: String?
    ) {
        self.query = query
        super.init(
            sync, exchange, user: query.user, device: query.device, received: received, presence: presence)
    }

    // MARK: For subclasses

    /// Whether an answer could be taken now.
    var isReady: Bool { true }
    /// What there is to know since `query`.
    func computed(_ answer: Question.Answer) {}
    /// It could not be computed.
    func failed(_ error: any Error) {}

    // MARK: Computing

    /// Computes, and answers if there is something that concerns the member.
    final override func wake() {
        guard !isOver, isReady else { return }
        guard !isComputing else {
            isWokenAgain = true
            return
        }
        do {
            computed(try query.answer(from: sync.sources, reader: nil))
        } catch is NeedsStore {
            computeFromStore()
        } catch {
            failed(error)
        }
    }

    private func computeFromStore() {
        isComputing = true
        let query = self.query
        Task(executorPreference: exchange.loop) { [sync] in
            do {
                let answer = try await sync.sources.journal.store.read(isBulk: true) { reader in
                    try query.answer(from: sync.sources, reader: reader)
                }
                self.hasRead(.success(answer))
            } catch {
                self.hasRead(.failure(error))
            }
        }
    }

    private func hasRead(_ result: Result<Question.Answer, any Error>) {
        isComputing = false
        let again = isWokenAgain
        isWokenAgain = false
        guard !isOver else { return }
        switch result {
        case .success(let answer): computed(answer)
        case .failure(let error): failed(error)
        }
        if again { wake() }
    }
}
