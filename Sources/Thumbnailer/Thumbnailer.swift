import Glibc
import VipsShims

/// Decodes one picture and writes it made smaller: `mado-thumbnailer WIDTH HEIGHT crop|scale < picture > thumbnail`;
/// `mado-thumbnailer check` says by its status whether it can do that safely here.
///
/// The picture comes from somebody unknown, and decoders of pictures have had faults by which it could take over the
/// program that decodes. So the program is one of its own, and before it reads the first byte it gives up files, network,
/// processes and all but a little memory and time: what took it over could compute, and write into the file that
/// becomes the thumbnail.
enum Thumbnailer {
    /// The exit status, which the server knows.
    enum Status: Int32 {
        case made = 0
        /// The arguments are wrong, or the result could not be written.
        case failed = 2
        /// No picture of the formats that are decoded, or a broken one.
        case unsuitable = 3
        case tooLarge = 4
        /// The rights could not be given up. Nothing was read.
        case unconfined = 5
    }

    /// Address space in bytes; the program with its libraries takes a third of that.
    private static let memory: rlim_t = 1 << 30
    /// Of the processor, in seconds.
    private static let time: rlim_t = 10
    /// Of the thumbnail, in bytes.
    private static let output: rlim_t = 8 << 20
    /// A picture of 8000 by 8000.
    private static let maximumPixels: Int64 = 64_000_000

    static func run(_ arguments: [String]) -> Status {
        if arguments == ["check"] { return check() }
        guard arguments.count == 3, let width = Int32(arguments[0]), let height = Int32(arguments[1]),
            (1...4096).contains(width), (1...4096).contains(height), ["crop", "scale"].contains(arguments[2])
        else { return .failed }
        guard mado_vips_start() == 0 else { return .failed }
        // Only mapped: nothing of it is read before what follows.
        guard let picture = map() else { return .unsuitable }
        guard limit(), mado_confine() == 0 else { return .unconfined }
        return thumbnail(of: picture, width, height, crops: arguments[2] == "crop")
    }

    /// Gives up the rights and tries to use them: whether this system can hold what decodes.
    private static func check() -> Status {
        guard mado_vips_start() == 0 else { return .failed }
        guard limit(), mado_confine() == 0 else { return .unconfined }
        let child = fork()
        if child == 0 { _exit(0) }
        let file = open("/etc/passwd", O_RDONLY)
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isConfined = child < 0 && file < 0 && connection < 0 && execv("/bin/true", [nil]) < 0
        return isConfined ? .made : .unconfined
    }

    private static func limit() -> Bool {
        let limits: [(__rlimit_resource, rlim_t)] = [
            (RLIMIT_AS, memory), (RLIMIT_CPU, time), (RLIMIT_FSIZE, output), (RLIMIT_CORE, 0),
        ]
        return limits.allSatisfy { resource, value in
            var limit = rlimit(rlim_cur: value, rlim_max: value)
            return setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
        }
    }

    /// Standard input, which is a file.
    private static func map() -> UnsafeRawBufferPointer? {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0, status.st_size > 0 else { return nil }
        let length = Int(status.st_size)
        guard let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0), start != MAP_FAILED else {
            return nil
        }
        return UnsafeRawBufferPointer(start: start, count: length)
    }

    private static func thumbnail(
        of picture: UnsafeRawBufferPointer, _ width: Int32, _ height: Int32, crops: Bool
    ) -> Status {
        guard let start = picture.baseAddress else { return .unsuitable }
        var result: UnsafeMutableRawPointer?
        var length = 0
        let outcome = mado_vips_thumbnail(
            start, picture.count, width, height, crops ? 1 : 0, maximumPixels, &result, &length)
        defer { mado_vips_free(result) }
        guard let status = Status(rawValue: outcome), status == .made, let result else {
            return Status(rawValue: outcome) ?? .failed
        }
        return write(UnsafeRawBufferPointer(start: result, count: length)) ? .made : .failed
    }

    private static func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(STDOUT_FILENO, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
