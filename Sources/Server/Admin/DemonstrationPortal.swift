import JSON
import MatrixAPI
import Store

/// The demonstration's portal: feeds whose providers are the programs in the providers' folder, news with somebody to
/// talk to, and members who subscribed in their own ways.
package struct DemonstrationPortal: Sendable {
    private let providers: Providers
    private let accountData: AccountData
    private let clock: WallClock

    package init(providers: Providers, accountData: AccountData, clock: WallClock = .system) {
        self.providers = providers
        self.accountData = accountData
        self.clock = clock
    }

    private struct Source {
        let name, program, title, topic: String
        let interval: Int
        var isDefault = true
    }

    private static let sources = [
        Source(
            name: "weather", program: "weather.sh?place=Osaka", title: "Weather", topic: "Osaka, hour by hour",
            interval: 600),
        Source(
            name: "shares", program: "shares.sh", title: "Share prices", topic: "Made up, and in motion", interval: 5),
        Source(
            name: "news", program: "news.sh", title: "News", topic: "What is new in Osaka, Madrid and Dublin",
            interval: 600),
        Source(
            name: "fortune", program: "fortune.sh", title: "Fortune of the day", topic: "For those who want one",
            interval: 3600, isDefault: false),
    ]

    /// Makes the feeds and runs their providers once.
    /// - Returns: what could not be had: programs that are not there.
    /// - Throws: `StoreError`; what making feeds throws.
    package func fill() async throws -> [String] {
        guard providers.feeds.portal.space != nil else { return [] }
        var missing: [String] = []
        for (number, source) in Self.sources.enumerated() {
            var wish = ProviderWish(name: source.name, kind: .program)
            wish.source = source.program
            (wish.title, wish.topic) = (source.title, source.topic)
            (wish.interval, wish.isDefault, wish.order) = (source.interval, source.isDefault, "1\(number)")
            do {
                _ = try await providers.add(wish)
                _ = try await providers.run(source.name)
            } catch let error as MatrixError {
                missing.append(error.message)
            }
        }
        try await addHistory()
        try await addNews()
        try await subscribe()
        return missing
    }

    /// The prices of the last day, so that charts begin with a line.
    private func addHistory() async throws {
        guard let feed = try await providers.feeds.feed(named: "shares") else { return }
        let response = try? await providers.answer(of: "shares.sh?history=24")
        guard let response, let items = try? Providers.items(in: response) else { return }
        _ = try await providers.feeds.publish(items, to: feed.id, by: "shares")
    }

    /// An item that leads to a conversation.
    private func addNews() async throws {
        guard let feed = try await providers.feeds.feed(named: "news") else { return }
        var item = try FeedItem(
            id: "network-works", headline: "Osaka: the network is down on Saturday from 22:00 to 23:00")
        item.text = "The line to the second floor is replaced. Ask Yuki if that is a bad time for you."
        item.contact = UserID(localpart: "yuki", server: providers.feeds.portal.rooms.serverName)
        item.priority = .high
        _ = try await providers.feeds.publish([item], to: feed.id, by: "news")
    }

    /// Kenji wants the weather twice a day, Maria her fortune.
    private func subscribe() async throws {
        let portal = providers.feeds.portal
        let user = { UserID(localpart: $0, server: portal.rooms.serverName) }
        if let fortune = try await providers.feeds.feed(named: "fortune") {
            for name in ["hanako", "maria"] { try await portal.rooms.join(fortune.id, by: user(name)) }
        }
        guard let weather = try await providers.feeds.feed(named: "weather") else { return }
        let rule = JSONValue.object { content in
            content.member("mode", "at_times")
            content.array("times") { times in
                times.value("08:00")
                times.value("17:30")
            }
            content.member("time_zone", "Asia/Tokyo")
        }
        try await accountData.set("mado.delivery", room: weather.id, content: rule, of: user("kenji"))
    }
}
