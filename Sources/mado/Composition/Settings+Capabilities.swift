import Glibc
import MatrixAPI
import Server

// What the configuration says, in the words of each capability.

extension AccountsConfiguration {
    init(_ configuration: ServerConfiguration) {
        let registration: Registration =
            switch configuration.registration.policy {
            case .open: .open
            case .token: .token
            case .closed: .closed
            }
        self.init(
            serverName: configuration.serverName, registration: registration,
            allowsGuests: configuration.registration.allowsGuests, publicBaseURL: configuration.publicURL)
        requiresAddress = configuration.registration.requiresAddress
        minimumPasswordLength = configuration.registration.minimumPasswordLength
    }
}

extension Rooms.Configuration {
    init(_ settings: RoomSettings) {
        self.init()
        // The configuration holds supported versions only.
        if let version = RoomVersion(rawValue: settings.defaultVersion) { defaultRoomVersion = version }
        onlyAdministratorsPublish = settings.onlyAdministratorsPublish
    }
}

extension DelayedEvents.Settings {
    init(_ settings: RoomSettings) {
        self.init()
        maximumDelay = settings.maximumDelay
        perMember = settings.delayedEventsPerMember
    }
}

extension MediaRepository.Settings {
    init(_ settings: MediaSettings) {
        self.init()
        maximumUpload = Int64(settings.maximumUploadBytes)
        allowsAnonymous = settings.allowsAnonymousDownloads
        memberQuota = settings.memberQuotaBytes == 0 ? nil : Int64(settings.memberQuotaBytes)
        totalQuota = settings.totalQuotaBytes == 0 ? nil : Int64(settings.totalQuotaBytes)
    }
}

extension MediaCleaning.Retention {
    init(_ settings: MediaSettings) {
        self.init()
        unused = settings.unusedLifetime == .zero ? nil : settings.unusedLifetime
        unreadable = settings.unreadableLifetime == .zero ? nil : settings.unreadableLifetime
    }
}

extension Sync.Settings {
    init(_ settings: SyncSettings) {
        self.init()
        maximumWait = settings.maximumWait
        heartbeat = settings.heartbeat
    }
}

extension Presence.Settings {
    init(_ settings: PresenceSettings) {
        self.init()
        connections.grace = settings.grace
        connections.awayAfter = settings.awayAfter
        wakeInterval = settings.pollWakeInterval
    }
}

extension SessionDirectory.Settings {
    init(_ settings: SessionSettings) {
        self.init()
        activeWithin = settings.activeWithin
        addressNetworks = settings.addressNetworks
    }
}

extension RateLimits {
    /// By the router's groups; empty when limits are off.
    var byGroup: [RateLimitGroup: RateLimit] {
        guard isEnabled else { return [:] }
        let rates: [RateLimitGroup: RequestRate] = [
            .registration: registration, .login: login, .failedLogin: failedLogin, .message: messages,
            .membership: membership, .search: search, .preview: preview, .mail: mail, .general: general,
        ]
        return rates.mapValues { RateLimit(perSecond: Double($0.perMinute) / 60, burst: Double($0.burst)) }
    }
}

extension Feeds.Settings {
    init(_ settings: ProviderSettings) {
        self.init()
        seriesKept = settings.seriesKept
    }
}

extension Providers.Settings {
    init(_ configuration: ServerConfiguration) {
        self.init()
        folder = configuration.providers.folder
        limits = configuration.providers.limits
        serverName = configuration.serverName
    }
}

/// A user in the configuration whom the system does not know.
struct UnknownSystemUser: Error, CustomStringConvertible {
    let name: String
    var description: String { "providers.user: the system has no user \(name)" }
}

extension CGIRunner.Settings {
    /// - Throws: `UnknownSystemUser`.
    init(_ settings: ProviderSettings) throws(UnknownSystemUser) {
        self.init()
        simultaneous = settings.simultaneous
        guard let name = settings.user else { return }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &text, text.count, &found) == 0, found != nil else {
            throw UnknownSystemUser(name: name)
        }
        user = (entry.pw_uid, entry.pw_gid)
    }
}
