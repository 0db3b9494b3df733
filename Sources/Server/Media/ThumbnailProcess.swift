import Glibc
import LinuxShims

/// Makes thumbnails in a program of its own, `mado-thumbnailer`: decoders of foreign bytes are where servers were broken
/// into. It gets an open file to read and one to write, no name of either, and gives up most of its rights before it
/// reads (see there).
package struct ThumbnailProcess: Sendable {
    package enum Outcome: Equatable, Sendable {
        case made
        /// No picture that can be decoded, or one that took more than is allowed.
        case unsuitable
        /// More pixels than are decoded.
        case tooLarge
        /// The program is not there, or could not do its work for reasons of its own.
        case unavailable(String)
    }

    /// What is given to it, in bytes.
    package static let maximumContent: Int64 = 100 << 20
    /// How long it may take.
    private static let deadline = Duration.seconds(20)

    private let program: String

    /// - Parameter program: where `mado-thumbnailer` is.
    package init(program: String) { self.program = program }

    /// `mado-thumbnailer` in the folder of this program's own file.
    package static var installedProgram: String { SystemFile.besideThisProgram("mado-thumbnailer") }

    package var isInstalled: Bool { access(program, X_OK) == 0 }

    /// Whether it can give up its rights on this system. Blocks.
    package var isSafe: Bool {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nothing >= 0 else { return false }
        defer { close(nothing) }
        return start(["check"], nothing, nothing) == 0
    }

    /// Runs it and waits for its end. Blocks.
    package func run(_ content: StoredFile, _ size: ThumbnailSize, into output: StoredFile) -> Outcome {
        // The descriptors of children share their place in the file with ours: ours are read by position.
        lseek(content.descriptor, 0, SEEK_SET)
        let arguments = [String(size.width), String(size.height), size.method.rawValue]
        guard let status = start(arguments, content.descriptor, output.descriptor) else {
            return .unavailable("\(program): \(String(cString: strerror(errno)))")
        }
        // The numbers of `mado-thumbnailer`; below zero is a signal, which its limits send too.
        switch status {
        case 0: return .made
        case 3: return .unsuitable
        case 4: return .tooLarge
        case ..<0: return .unsuitable
        default: return .unavailable("\(program) ended with status \(status)")
        }
    }

    /// Its exit status, or the negative number of the signal that ended it; nil and errno when it cannot be started.
    private func start(_ arguments: [String], _ input: Int32, _ output: Int32) -> Int32? {
        let process = CStrings.with([program] + arguments) { mado_spawn(program, $0, input, output) }
        return process > 0 ? mado_wait_process(process, Int32(Self.deadline / .milliseconds(1))) : nil
    }
}
