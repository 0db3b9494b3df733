import EventLoop
import HTTP
import MatrixAPI
import Outbound
import Server
import Store

/// The capabilities of a server, each built once and passed to those that need it. The one place where they meet.
final class Capabilities: Sendable {
    let journal: Journal
    /// Where things are done at times.
    private let loop: EventLoop
    let accounts: Accounts
    let tokens: RegistrationTokens
    let sessions: Sessions
    let rooms: Rooms
    let receipts: Receipts
    let accountData: AccountData
    let deliveries: Deliveries
    let presence: Presence
    let profiles: Profiles
    let media: MediaRepository
    let reports: Reports
    let delayedEvents: DelayedEvents
    let portal: Portal
    let roles: MemberRoles
    private let roomModeration: RoomModeration
    private let mediaModeration: MediaModeration
    private let notices: ServerNotices
    let secondServers: SecondServers
    let calls: CallCapabilities
    private let directory: SessionDirectory
    let serviceAuthentication: ServiceAuthentication
    private let serviceDeliveries: ServiceDeliveries
    let pushers: Pushers
    let feeds: Feeds
    let feedProviders: Providers
    let channels: Channels
    let live: LiveChannels
    let boards: Boards
    let applications: Applications
    private let submissions: SubmissionQueue
    let instructions: Instructions
    let limiter: RateLimiter
    /// What the server asks of others.
    let http: HTTPClient
    private let notifier: SyncNotifier
    private let transactionExpiry: TransactionExpiry
    let mediaCleaning: MediaCleaning
    private let searchIndex: SearchIndex
    private let mail: MailCapabilities?
    private let providers: [any RouteProviding]
    private let mailProviders: [any RouteProviding]

    /// - Parameters:
    ///   - loops: those that serve clients; presence and what is done at times keep their timers on the first.
    ///   - mediaFolder: where uploads are kept.
    /// - Throws: `StoreError` when the journal cannot be opened, `SystemError` when the folder cannot be made,
    ///   `OutboundSetupError` when requests or mail to others cannot work as they are configured.
    init(
        _ configuration: ServerConfiguration, store: any Store, mediaFolder: String, loops: [EventLoop],
        limiter: RateLimiter, metrics: Metrics, log: Log
    ) throws {
        let clock = WallClock.system
        let serverName = configuration.serverName
        let publicURL = configuration.publicURL
        let journal = try Journal(store: store, clock: clock, metrics: JournalMetrics(metrics))
        let sequence = EphemeralSequence(epoch: UInt32.random(in: 1...UInt32.max))

        let hasher = PasswordHasher(cost: PasswordHashing())
        let sessions = Sessions(journal: journal)
        let accounts = Accounts(
            configuration: AccountsConfiguration(configuration), journal: journal, sessions: sessions, hasher: hasher)
        let tokens = RegistrationTokens(journal: journal)
        let passwords = PasswordAuthentication(store: store, hasher: hasher, limiter: limiter, serverName: serverName)
        let mail = try MailCapabilities(configuration, journal: journal, loop: loops[0], limiter: limiter, log: log)
        let authentication = InteractiveAuthentication(
            passwords: passwords, registrationTokens: tokens, addressProofs: mail?.proofs)

        let pushRules = PushRules(journal: journal)
        let ignoredUsers = IgnoredUsers()
        let unread = UnreadCounts(rules: pushRules, ignoredUsers: ignoredUsers)
        let services = try ApplicationServiceFile.services(configuration)
        let outbound = try HTTPClient(configuration.outbound)
        let serviceTransport = HTTPServiceTransport(outbound)
        let serviceDeliveries = ServiceDeliveries(
            services: services, journal: journal, transport: serviceTransport, loop: loops[0])
        let deliveries = Deliveries(journal: journal, loop: loops[0], clock: clock)
        let notifier = SyncNotifier(loops: loops, journal: journal, deliveries: deliveries)
        let typing = Typing(journal: journal, sequence: sequence) { room in
            notifier.typingChanged(in: [room])
            serviceDeliveries.typingChanged(in: room)
        }
        let presence = Presence(
            journal: journal, sequence: sequence, clock: clock, loop: loops[0],
            settings: Presence.Settings(configuration.presence)
        ) { users in
            notifier.presenceChanged(of: users)
            serviceDeliveries.presenceChanged(of: users)
        }
        serviceDeliveries.attach(typing: typing, presence: presence)
        let megolmSessions = MegolmSessions()
        let deviceKeys = DeviceKeys(
            journal: journal, authentication: authentication, megolmSessions: megolmSessions)
        let sync = Sync(
            sources: SyncSources(
                journal: journal, unread: unread, ignoredUsers: ignoredUsers, sequence: sequence, typing: typing,
                presence: presence,
                keys: deviceKeys, clock: clock, deliveries: deliveries),
            notifier: notifier, connections: presence, settings: Sync.Settings(configuration.sync))
        let slidingConnections = SlidingConnections()
        let receipts = Receipts(journal: journal)
        let accountData = AccountData(journal: journal, pushRules: pushRules, deliveries: deliveries)
        let roomSettings = Rooms.Configuration(configuration.rooms)
        let delayedEvents = DelayedEvents(
            journal: journal, loop: loops[0], settings: DelayedEvents.Settings(configuration.rooms))
        let rooms = Rooms(
            journal: journal, serverName: serverName, configuration: roomSettings, delayedEvents: delayedEvents,
            services: ServiceQueries(services: services, journal: journal, transport: serviceTransport),
            mailInvites: mail?.invites, megolmSessions: megolmSessions)

        let portal = Portal(rooms: rooms, settings: configuration.portal)
        accounts.addObserver(portal)
        let roles = MemberRoles(journal: journal)
        roles.addObserver(portal)
        let channels = Channels(portal: portal, loop: loops[0])
        let live = LiveChannels(channels: channels, streams: LiveStreams())
        let boards = Boards(portal: portal, roles: roles, loop: loops[0])
        roles.addObserver(boards)

        let profiles = Profiles(journal: journal)
        let mediaStorage = try MediaFolder(mediaFolder)
        let media = MediaRepository(
            journal: journal, serverName: serverName, storage: mediaStorage,
            thumbnailer: ThumbnailProcess(program: ThumbnailProcess.installedProgram),
            settings: MediaRepository.Settings(configuration.media))

        let feeds = Feeds(portal: portal, settings: Feeds.Settings(configuration.providers))
        let programSettings = try CGIRunner.Settings(configuration.providers)
        let programs = CGIRunner(launcher: CGIRunner.installedLauncher, settings: programSettings)
        let feedProviders = Providers(
            feeds: feeds, runner: programs, http: outbound, loop: loops[0], settings: Providers.Settings(configuration))
        let submissions = SubmissionQueue(
            journal: journal,
            runner: ApplicationPrograms(
                portal: portal, media: media, runner: programs, limits: configuration.providers.limits,
                folder: DataFolder(path: configuration.dataFolder).applicationsFolder(
                    isOfOthers: programSettings.user != nil), owner: programSettings.user),
            loop: loops[0])
        let previews = URLPreviews(
            pages: OutboundPages(client: outbound, deniedHosts: configuration.previews.deniedHosts), media: media,
            uploader: UserID(localpart: "mado", server: serverName), settings: configuration.previews)

        let devices = Devices(journal: journal, sessions: sessions, authentication: authentication)

        let openID = OpenID(serverName: serverName)
        let secondServers = SecondServers(journal: journal)
        let calls = try CallCapabilities(
            configuration,
            CallCapabilities.Parts(
                journal: journal, presence: presence, http: outbound, loop: loops[0], metrics: metrics, clock: clock,
                log: log))
        let directory = SessionDirectory(
            servers: secondServers, rooms: rooms, presence: presence, calls: calls.directory, sessions: sessions,
            openID: openID,
            limiter: limiter, settings: SessionDirectory.Settings(configuration.sessions))

        let pushers = Pushers(
            journal: journal, http: outbound, loop: loops[0], rules: pushRules, ignoredUsers: ignoredUsers,
            unread: unread, sendsMail: mail != nil)
        let addresses = mail.map { mail in
            ContactAddresses(
                journal: journal, proofs: mail.proofs, authentication: authentication, accounts: accounts,
                invites: mail.invites, pushers: pushers, sendsDigests: configuration.mail.sendsDigests)
        }

        // Those who count must know of a batch before those who wait for it ask them.
        let observers: [any JournalObserver] = [
            deliveries, pushRules, ignoredUsers, unread, presence, notifier, delayedEvents, serviceDeliveries, channels,
            boards, pushers, calls.directory,
        ]
        for observer in observers { journal.addObserver(observer) }
        for observer in [presence, slidingConnections, notifier, pushers] as [any SessionObserver] {
            sessions.addObserver(observer)
        }
        calls.port.map { sessions.addObserver($0) }
        if let conferences = calls.conferences {
            journal.addObserver(conferences)
            sessions.addObserver(conferences)
        }
        journal.addObserver(directory)
        presence.addObserver { directory.presenceChanged(of: $0) }

        transactionExpiry = TransactionExpiry(journal: journal, loop: loops[0])
        transactionExpiry.start()
        mediaCleaning = MediaCleaning(
            journal: journal, storage: mediaStorage, retention: .init(configuration.media))
        mediaCleaning.start(on: loops[0])
        searchIndex = SearchIndex(journal: journal)
        searchIndex.start(on: loops[0])
        self.mail = mail

        self.journal = journal
        loop = loops[0]
        http = outbound
        self.pushers = pushers
        self.accounts = accounts
        self.tokens = tokens
        self.sessions = sessions
        self.rooms = rooms
        self.receipts = receipts
        self.accountData = accountData
        self.deliveries = deliveries
        self.presence = presence
        self.profiles = profiles
        self.media = media
        self.portal = portal
        self.roles = roles
        self.feeds = feeds
        self.feedProviders = feedProviders
        self.channels = channels
        self.live = live
        self.boards = boards
        self.submissions = submissions
        applications = Applications(portal: portal, serverName: serverName, queue: submissions)
        instructions = Instructions(portal: portal)
        reports = Reports(journal: journal)
        self.delayedEvents = delayedEvents
        serviceAuthentication = ServiceAuthentication(services: services, journal: journal)
        self.serviceDeliveries = serviceDeliveries
        roomModeration = RoomModeration(journal: journal, portal: portal)
        mediaModeration = MediaModeration(journal: journal, storage: mediaStorage)
        notices = ServerNotices(journal: journal, rooms: rooms, name: configuration.support.noticesName)
        self.secondServers = secondServers
        self.directory = directory
        self.calls = calls
        self.limiter = limiter
        self.notifier = notifier
        mailProviders =
            mail.flatMap { mail in addresses.map { [$0, mail.pages, mail.invites] } } ?? [NoContactAddresses()]
        providers =
            [
                ServerDescription(
                    publicBaseURL: publicURL, defaultRoomVersion: roomSettings.defaultRoomVersion,
                    support: SupportContact(configuration.support), changesAddresses: mail != nil,
                    hasConferences: calls.conferences != nil),
                Login(
                    journal: journal, sessions: sessions, passwords: passwords,
                    authentication: authentication, publicBaseURL: publicURL, services: services),
                sessions,
                Registration(
                    accounts: accounts, sessions: sessions, tokens: tokens, authentication: authentication,
                    services: services, addresses: addresses),
                ServiceEndpoints(services: services, journal: journal, transport: serviceTransport),
                OwnAccount(accounts: accounts, authentication: authentication, addresses: addresses),
                devices, AccountModeration(accounts: accounts, devices: devices),
                profiles, media, previews, Filters(journal: journal), MemberDirectory(store: store),
                accountData, pushRules, pushers, rooms,
                PublicRooms(journal: journal, serverName: serverName, isOpen: configuration.rooms.isDirectoryOpen),
                live, boards, applications, instructions,
                receipts, typing, presence, sync, SlidingSync(sync: sync, connections: slidingConnections), deviceKeys,
                KeyBackup(journal: journal), ToDevice(journal: journal, megolmSessions: megolmSessions),
                Notifications(journal: journal, rules: pushRules, deliveries: deliveries),
                SpaceHierarchy(journal: journal, rooms: rooms),
                openID, reports, MessageSearch(journal: journal, index: searchIndex),
                delayedEvents, portal, feeds, DehydratedDevices(journal: journal, keys: deviceKeys, sessions: sessions),
                directory, SecondServerProxy(servers: secondServers),
                LoginFallback(serverName: serverName),
                AuthenticationFallback(authentication: authentication, proofs: mail?.proofs),
            ] + calls.providers
    }

    /// The endpoints of all of them, and of `pages`.
    func routes(with pages: ServerPages) -> Routes {
        var routes = Routes()
        pages.addRoutes(to: &routes)
        for provider in providers + mailProviders { provider.addRoutes(to: &routes) }
        administration(.clients).addRoutes(to: &routes)
        return routes
    }

    /// What administrators ask for.
    func administration(_ access: Administration.Access) -> Administration {
        Administration(
            access, accounts: accounts, tokens: tokens, reports: reports, rooms: roomModeration,
            media: mediaModeration, notices: notices, serverName: rooms.serverName)
    }

    /// Begins to send what waits: for a server, not for a command that opens the folder for a moment.
    /// - Throws: `StoreError`.
    func startSending() async throws {
        try await pushers.restore()
        mail?.start()
    }

    /// Begins what happens in the portal by itself: schedules, announcements that are held back, the end of live
    /// programmes whose feeders have gone, submissions that wait for their programs.
    func startPortal() async throws {
        try await channels.start()
        try await live.endIdle()
        live.start(on: loop)
        try await boards.start()
        submissions.wake()
    }

    /// Polls and streams that wait for something to happen.
    var waitingCount: Int { notifier.waitingCount }

    /// Answers all who wait, so that their connections can drain.
    func endWaiting() {
        notifier.endAll()
        directory.endWaiting()
        calls.endWaiting()
    }

    /// Begins to tell application services what happens.
    /// - Throws: `StoreError`; `MatrixError` where a member has a service's name.
    func startServices() async throws { try await serviceDeliveries.start() }

    /// Tells them nothing more.
    func stopServices() { serviceDeliveries.stop() }
}
