/// Why a benchmark could not be carried out. Any figure got so far is worthless then.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// The failure of the system call that was made just now on this thread.
    static func system(_ call: String) -> BenchError {
        BenchError("\(call): \(SystemCall.lastReason())")
    }
}
