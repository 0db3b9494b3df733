import Glibc
import HTTP
import JSON
import LinuxShims
import Server

/// `mado channel feed`: a file, camera or screen, encoded by ffmpeg and sent to the server piece by piece.
///
/// ffmpeg writes playlist and segments into a folder of its own, each whole under its name; they are sent as they
/// appear, segments before the playlist that names them.
enum ChannelFeed {
    /// Length of a segment, in seconds: what a viewer is behind at least.
    private static let segment = 2
    private static let program = "/usr/bin/ffmpeg"

    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        guard access(program, X_OK) == 0 else {
            throw AdminError(
                description: "\(program) is missing: install Debian's ffmpeg (scripts/install-packages feed)")
        }
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let arguments = try encoderArguments(command, folder)
        try AdminSession.with(configuration) { client in
            try feed(command, client, folder, arguments)
        }
    }

    private static func feed(
        _ command: ParsedCommand, _ client: AdminClient, _ folder: String, _ arguments: [String]
    ) throws {
        let path = ChannelCommand.path(command.arguments["CHANNEL"] ?? "")
        let channel = try client.request("GET", path)
        guard ["television", "radio", "music"].contains(channel["kind"]?.string ?? "") else {
            throw AdminError(description: "Only channels of television, radio and music can be fed")
        }
        let title = command.value("--title") ?? command.value("--file").map(FileSender.name)
        let query = title.map { "?title=\(PercentEncoding.encode($0))" } ?? ""
        // Signals end the encoder and the programme, not this process in the middle.
        FeedSignals.install()
        guard let encoder = ChildProgram(program, arguments) else {
            throw AdminError(description: "\(program) cannot be started: \(String(cString: strerror(errno)))")
        }
        defer { encoder.end() }
        TerminalOutput.say("Feeding \(channel["name"]?.string ?? ""). Ctrl-C ends it.")
        var sent: [String: Int64] = [:]
        var isRunning = true
        while isRunning, !FeedSignals.isEnding {
            isRunning = encoder.isRunning
            try sendNew(in: folder, &sent, client, path, query)
            if isRunning { usleep(100_000) }
        }
        _ = try? client.request("DELETE", path + "/live")
        if !FeedSignals.isEnding, encoder.status != 0 {
            throw AdminError(description: "the encoder ended with status \(encoder.status)")
        }
        TerminalOutput.say("The programme is over.")
    }

    /// Segments first: the playlist names them.
    private static func sendNew(
        in folder: String, _ sent: inout [String: Int64], _ client: AdminClient, _ path: String, _ query: String
    ) throws {
        let names = SystemFile.names(in: folder).filter { !$0.hasSuffix(".tmp") }
        let ordered = names.sorted { ($0.hasSuffix(".m3u8") ? 1 : 0, $0) < ($1.hasSuffix(".m3u8") ? 1 : 0, $1) }
        for name in ordered {
            guard let changed = modificationTime(folder + "/" + name), sent[name] != changed else { continue }
            let target = "\(path)/live/\(PercentEncoding.encode(name))\(query)"
            _ = try client.upload("PUT", target, type: MediaTypes.type(of: name), file: folder + "/" + name)
            sent[name] = changed
        }
    }

    /// In nanoseconds: a playlist changes several times a second at the start.
    private static func modificationTime(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    // MARK: The encoder

    private static func encoderArguments(_ command: ParsedCommand, _ folder: String) throws -> [String] {
        var input: [String]
        switch (command.value("--file"), command.value("--camera"), command.has("--screen")) {
        case (let file?, nil, false):
            guard access(file, R_OK) == 0 else {
                throw AdminError(description: SystemError("open", path: file).description)
            }
            // A name that begins with a dash or looks like an address is still a file.
            input = (command.has("--loop") ? ["-stream_loop", "-1"] : []) + ["-re", "-i", "file:" + file]
        case (nil, let device?, false):
            guard access(device, R_OK) == 0 else {
                throw AdminError(description: "No camera: " + SystemError("open", path: device).description)
            }
            input = ["-f", "v4l2", "-framerate", "25", "-i", device]
        case (nil, nil, true):
            guard let display = getenv("DISPLAY") else {
                throw AdminError(description: "No screen: DISPLAY is not set")
            }
            input = ["-f", "x11grab", "-framerate", "15", "-i", String(cString: display)]
        default: throw AdminError(description: "Feed what? One of --file FILE, --camera DEVICE, --screen")
        }
        input = ["-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "file,pipe,crypto"] + input
        let bitrate = command.value("--bitrate") ?? "1500k"
        guard bitrate.utf8.allSatisfy({ "0123456789kM".utf8.contains($0) }) else {
            throw AdminError(description: "--bitrate is a number like 1500k")
        }
        let video = [
            "-map", "0:v:0?", "-map", "0:a:0?", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency",
            "-pix_fmt", "yuv420p", "-b:v", bitrate, "-maxrate", bitrate, "-bufsize", bitrate, "-g", "50",
            "-force_key_frames", "expr:gte(t,n_forced*\(segment))",
        ]
        let audio = ["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
        let output = [
            "-f", "hls", "-hls_time", String(segment), "-hls_list_size", "6",
            "-hls_flags", "delete_segments+temp_file+independent_segments", "-hls_segment_filename",
            folder + "/" + newName() + "-%08d.ts", folder + "/" + LiveChannels.playlist,
        ]
        return input + video + audio + output
    }

    /// So that segments of two runs have different names: viewers keep what never changes.
    private static func newName() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return "s" + String(now.tv_sec, radix: 36)
    }

    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/mado-feed-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw AdminError(description: SystemError("mkdtemp", path: "/tmp").description)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ folder: String) {
        for name in SystemFile.names(in: folder) { SystemFile.remove(folder + "/" + name) }
        rmdir(folder)
    }
}

/// That the person at the terminal, or the system, wants an end.
enum FeedSignals {
    /// Written by the handler alone; what it is allowed to write.
    private nonisolated(unsafe) static var ending: sig_atomic_t = 0
    static var isEnding: Bool { ending != 0 }

    static func install() {
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in FeedSignals.ending = 1 } }
        signal(SIGPIPE, SIG_IGN)
    }
}

/// A program that runs beside this one, with its arguments as they are: no shell.
private final class ChildProgram {
    private let process: pid_t
    private(set) var status: Int32 = 0
    private var hasEnded = false

    /// nil and errno when it cannot be started.
    init?(_ program: String, _ arguments: [String]) {
        var pointers = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Its own group: the terminal's Ctrl-C reaches this process alone, which ends the encoder itself.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let failure = posix_spawn(&process, program, nil, &attributes, &pointers, environ)
        guard failure == 0 else {
            errno = failure
            return nil
        }
        self.process = process
    }

    var isRunning: Bool {
        guard !hasEnded else { return false }
        var code: Int32 = 0
        guard waitpid(process, &code, WNOHANG) == process else { return true }
        hasEnded = true
        // WIFEXITED and WEXITSTATUS; a signal is a failure.
        status = code & 0x7F == 0 ? (code >> 8) & 0xFF : 128 + (code & 0x7F)
        return false
    }

    func end() {
        guard isRunning else { return }
        kill(process, SIGTERM)
        for _ in 0..<50 where isRunning { usleep(20_000) }
        guard isRunning else { return }
        kill(process, SIGKILL)
        var code: Int32 = 0
        waitpid(process, &code, 0)
        hasEnded = true
    }
}
