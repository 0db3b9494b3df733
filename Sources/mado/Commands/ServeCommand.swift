import EventLoop
import Glibc
import HTTP
import Server

/// `mado serve`
enum ServeCommand {
    private static let certificateCheck = Duration.seconds(12 * 3600)

    /// Serves until a signal ends it.
    /// - Throws: `ConfigurationErrors`; what stands in the way of the start.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        // Before there is any thread, so that all inherit it.
        Signals.block()
        raiseDescriptorLimit()
        let process = try ServerProcess(configuration, sink: LogSink(configuration.log))
        if configuration.isDemo { try fill(process) }
        try Blocking.run { [providers = process.capabilities.feedProviders] in try await providers.start() }
        try process.start()
        process.log.info("ready", ["version": ServerVersion.string, "server_name": configuration.serverName])
        if isatty(STDOUT_FILENO) == 1 || configuration.isDemo { TerminalOutput.say(Welcome.text(configuration)) }
        waitForSignals(process, command)
    }

    /// Fills an empty server with the demonstration.
    private static func fill(_ process: ServerProcess) throws {
        let capabilities = process.capabilities
        let isFilled = try Blocking.run {
            try await Demonstration(
                accounts: capabilities.accounts, rooms: capabilities.rooms, receipts: capabilities.receipts,
                accountData: capabilities.accountData, profiles: capabilities.profiles, media: capabilities.media
            ).fill()
        }
        if isFilled {
            let missing = try Blocking.run {
                try await DemonstrationPortal(
                    providers: capabilities.feedProviders, accountData: capabilities.accountData
                ).fill()
            }
            for reason in missing { process.log.warning("a feed of the demonstration is missing", ["reason": reason]) }
        }
        let isShown = try Blocking.run {
            try await DemonstrationChannels(
                portal: capabilities.portal, channels: capabilities.channels, boards: capabilities.boards,
                media: capabilities.media, files: DemonstrationChannels.Files.own
            ).fill()
        }
        let programs = process.configuration.providers.folder
        try Blocking.run {
            try await DemonstrationApplications(applications: capabilities.applications, folder: programs).fill()
        }
        if isShown { process.log.info("filled the portal with the demonstration's channels and announcements") }
        if isFilled { process.log.info("filled with the demonstration's members and rooms") }
        if process.configuration.listeners.contains(where: { !$0.isLoopback }) {
            process.log.warning("demonstration members have a known password, and other machines reach this server")
        }
    }

    private static func waitForSignals(_ process: ServerProcess, _ command: ParsedCommand) {
        while true {
            switch Signals.next(within: certificateCheck) {
            case nil: process.renewCertificates()
            case .reload:
                do throws(ConfigurationErrors) {
                    process.reload(try CommandConfiguration.loadForFolder(for: command))
                } catch {
                    process.log.error(
                        "the new configuration is wrong; the old one stays", ["reason": error.description])
                }
            case .stop: return stop(process)
            }
        }
    }

    /// Stops in order; a second signal ends the process at once.
    private static func stop(_ process: ServerProcess) {
        var impatient = pthread_t()
        pthread_create(
            &impatient, nil,
            { _ in
                while Signals.next(within: nil) != .stop {}
                _exit(130)
            }, nil)
        pthread_detach(impatient)
        process.stop()
    }

    /// Each connection is a descriptor; the soft limit is 1024 on most systems.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
