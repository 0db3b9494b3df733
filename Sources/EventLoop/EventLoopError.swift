import Glibc

/// What the kernel refused.
package enum EventLoopError: Error, CustomStringConvertible {
    /// The system call of this name failed with this `errno`.
    case systemCall(String, errno: Int32)

    /// The failure of the call that was made just now on this thread.
    static func last(_ call: String) -> EventLoopError {
        .systemCall(call, errno: errno)
    }

    package var description: String {
        switch self {
        case .systemCall(let call, let errno):
            "\(call): \(String(cString: strerror(errno)))"
        }
    }
}
