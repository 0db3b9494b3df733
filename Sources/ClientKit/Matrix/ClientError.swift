/// What the client itself cannot do. What the server refuses is a ``MatrixClientError``, what never arrived a
/// ``TransportError``. Programs say it in their user's language.
package enum ClientError: Error, Sendable, Equatable {
    /// The account has not been started, or has been stopped.
    case notRunning
    /// A chat request without anybody who is asked.
    case nobodyChosen
    /// Somebody has ended the conversation meanwhile.
    case conversationEnded
    /// An address that is none of a file on a Matrix server.
    case notAFile(uri: String)
    /// The server wants a step of authentication that this program does not know, or the same one again and again.
    case unknownStep
    /// The server's answer is not what the specification says.
    case badAnswer
}
