import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado channel` asks of a server, over the socket in the data folder.
package struct ChannelAdministration: RouteProviding {
    private let channels: Channels
    private let live: LiveChannels
    private let media: MediaRepository
    private let portal: Portal

    package init(channels: Channels, live: LiveChannels, media: MediaRepository, portal: Portal) {
        self.channels = channels
        self.live = live
        self.media = media
        self.portal = portal
    }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited, handler)
        }
        add(.get, "/channels") { _ in try await list() }
        add(.post, "/channels") { try await make($0) }
        add(.get, "/channels/{name}") { request in
            let channel = try await channel(request)
            return .object { Self.write(channel, into: &$0) }
        }
        add(.delete, "/channels/{name}") { request in
            let channel = try await channel(request)
            try await live.end(channel.id)
            try await portal.removeRoom(channel.id)
            return .object { $0.member("name", channel.name) }
        }
        add(.put, "/channels/{name}/programme") { request in
            try await channels.setProgramme(request.body, on: channel(request).id)
            return .empty
        }
        add(.put, "/channels/{name}/schedule") { request in
            try await channels.setSchedule(request.body, on: channel(request).id)
            return .empty
        }
        add(.delete, "/channels/{name}/live") { request in
            try await live.end(channel(request).id)
            return .empty
        }
        routes.add(
            .put, "/channels/{name}/live/{file}", authentication: .none, limit: .unlimited, body: .streamed
        ) { request in
            let channel = try await channel(request)
            let bytes = try await request.wholeBody(atMost: live.streams.settings.maximumFileBytes)
            try await live.put(
                bytes, request.parameter("file"), on: channel.id, title: request.query("title"))
            return .empty
        }
        // Files for programmes, announcements and forms: the portal's own.
        routes.add(.post, "/media", authentication: .none, limit: .unlimited, body: .streamed) { request in
            guard let body = request.stream else { preconditionFailure("an upload's body is streamed") }
            let description = MediaRepository.Description(
                type: request.head.headers.first(named: "content-type"), fileName: request.query("filename"))
            let uri = try await media.add(body, description, by: portal.account)
            return .object { $0.member("content_uri", uri.description) }
        }
    }

    private func channel(_ request: Request) async throws -> PortalRoom {
        try await portal.prepare()
        return try await channels.channel(named: request.parameter("name"))
    }

    private func list() async throws -> Answer {
        try await portal.prepare()
        let all = try await channels.all()
        return .object { object in
            object.array("channels") { list in
                for channel in all { list.object { Self.write(channel, into: &$0) } }
            }
        }
    }

    /// `POST /channels` with `kind`, `name`, `topic`, `order`, `default_subscribed`.
    private func make(_ request: Request) async throws -> Answer {
        try await portal.prepare()
        guard let kind = ChannelKind(rawValue: try request.body.requiredString("kind")) else {
            let kinds = ChannelKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw MatrixError.invalidParam("A channel is one of \(kinds)")
        }
        var creation = Channels.Creation(kind: kind, name: try request.body.requiredString("name"))
        creation.topic = try request.body.optionalString("topic")
        let order = try request.body.optionalInt("order") ?? 0
        guard Channels.orders.contains(order) else {
            throw MatrixError.invalidParam("order is a number from 0 to \(Channels.orders.upperBound)")
        }
        creation.order = Int(order)
        creation.isDefaultSubscribed = try request.body.optionalBool("default_subscribed") ?? false
        let id = try await channels.make(creation)
        return .object { $0.member("room_id", id.string) }
    }

    private static func write(_ channel: PortalRoom, into object: inout JSONWriter) {
        object.member("room_id", channel.id.string)
        object.member("name", channel.name)
        object.memberIfPresent("kind", channel.description["kind"]?.string)
        object.member("members", channel.room.joinedCount)
        object.member("programme", channel.content(Channels.programmeType))
        object.member("schedule", channel.content(Channels.scheduleType))
    }
}
