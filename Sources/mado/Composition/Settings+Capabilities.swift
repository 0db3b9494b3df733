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
            .membership: membership, .search: search, .preview: preview, .general: general,
        ]
        return rates.mapValues { RateLimit(perSecond: Double($0.perMinute) / 60, burst: Double($0.burst)) }
    }
}
