import ClientKit
import GtkKit

/// Errors in the user's language. A server says what it refuses in its own; where the code tells enough, that is said
/// instead.
extension Words {
    static func server(_ error: MatrixClientError) -> String {
        if error.errcode == nil { return tr("The server answered with error %@.", String(error.status)) }
        return refusal(error.errcode ?? "", error.message)
    }

    /// Of a log-in: there a refusal has one meaning.
    static func logInError(_ error: any Error) -> String {
        if let refused = error as? MatrixClientError, refused.errcode == "M_FORBIDDEN" {
            return tr("User name or password is wrong.")
        }
        return self.error(error)
    }

    /// Why a message was not taken.
    static func failure(_ reason: String) -> String {
        let (code, message) = SendFailure.parts(reason)
        return switch code {
        case SendFailure.targetNeverSent: tr("what it belongs to was never sent")
        case SendFailure.fileMissing: tr("its file is no longer there")
        default: refusal(code, message)
        }
    }

    private static func refusal(_ code: String, _ message: String) -> String {
        switch code {
        case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN": tr("The server has ended this session; log in again")
        case "M_LIMIT_EXCEEDED": tr("The server wants a pause. Try again in a moment.")
        case "M_TOO_LARGE": tr("It is too large for the server.")
        case "M_USER_IN_USE": tr("This user name is taken.")
        case "M_INVALID_USERNAME": tr("The server does not take this user name.")
        case "M_WEAK_PASSWORD", "M_PASSWORD_TOO_SHORT": tr("The server wants a better password.")
        case "M_USER_DEACTIVATED": tr("This account has been closed.")
        case "M_FORBIDDEN": tr("The server does not allow it: %@", message)
        default: message
        }
    }

    static func client(_ error: ClientError) -> String {
        switch error {
        case .notRunning: tr("This account is not running.")
        case .nobodyChosen: tr("Nobody was chosen.")
        case .conversationEnded: tr("The conversation has ended again.")
        case .notAFile(let uri): tr("%@ is not the address of a file.", uri)
        case .unknownStep: tr("The server wants a step that this program does not know.")
        case .badAnswer: tr("The server's answer cannot be understood.")
        }
    }

    static func store(_ error: LocalStoreError) -> String {
        switch error {
        case .newer: tr("A newer version of Mado has written what is kept here.")
        case .foreign(let path): tr("%@ is the database of another program.", path)
        case .damaged(let reason): tr("What is kept here is damaged: %@", reason)
        case .full: tr("The disk is full.")
        case .failed(_, let reason): tr("What is kept here cannot be read or written: %@", reason)
        case .closed: tr("This account is not running.")
        }
    }
}
