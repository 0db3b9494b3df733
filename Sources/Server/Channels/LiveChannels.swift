package import EventLoop
import HTTP
import JSON
package import MatrixAPI

/// Live programmes on the clients' port, and who may send them.
package final class LiveChannels: Sendable {
    package static let playlist = "index.m3u8"
    private static let interval = Duration.seconds(5)

    package let streams: LiveStreams
    private let channels: Channels

    package init(channels: Channels, streams: LiveStreams) {
        self.channels = channels
        self.streams = streams
    }

    /// Takes a file of a feeder's. The programme is on when its playlist has come.
    /// - Throws: what `LiveStreams.put` throws; `M_NOT_FOUND` when there is no such channel.
    package func put(_ bytes: [UInt8], _ name: String, on channel: RoomID, title: String?) async throws {
        let room = try await channels.portal.room(channel, ofType: .channel)
        try streams.put(bytes, name, on: channel)
        guard name == Self.playlist else { return }
        let present = room.content(Channels.programmeType)
        let source = Self.address(of: channel)
        if present["live"]?.bool == true,
            present["sources"]?.array?.first(where: { $0["url"]?.string == source }) != nil
        {
            return
        }
        try await channels.setProgramme(Self.programme(of: room, title: title, source), on: channel)
    }

    /// Ends a live programme; whether there was one.
    @discardableResult
    package func end(_ channel: RoomID) async throws -> Bool {
        let wasRunning = streams.end(channel)
        let room = try await channels.portal.room(channel, ofType: .channel)
        let source = Self.address(of: channel)
        let present = room.content(Channels.programmeType)
        if present["sources"]?.array?.contains(where: { $0["url"]?.string == source }) == true {
            try await channels.setProgramme(.emptyObject, on: channel)
            try await channels.applySchedules()
        }
        return wasRunning
    }

    /// Ends what is shown as live and has no feeder: those of before a restart, and those whose feeders have gone.
    package func endIdle() async throws {
        _ = streams.endIdle()
        let running = streams.running
        for room in try await channels.all() where !running.contains(room.id) {
            let sources = room.content(Channels.programmeType)["sources"]?.array.map(Array.init) ?? []
            if sources.contains(where: { $0["url"]?.string == Self.address(of: room.id) }) { try await end(room.id) }
        }
    }

    /// Begins to look for feeders that have gone; goes on as long as this object is there.
    package func start(on loop: EventLoop) {
        _ = loop.schedule(after: Self.interval) { [weak self] in
            Task { [weak self] in try? await self?.endIdle() }
            self?.start(on: loop)
        }
    }

    private static func address(of channel: RoomID) -> String {
        "/_mado/v1/channels/\(PercentEncoding.encode(channel.string))/live/\(playlist)"
    }

    private static func programme(of room: PortalRoom, title: String?, _ source: String) -> JSONValue {
        let isAudio = ChannelKind(rawValue: room.description["kind"]?.string ?? "")?.programme == .audio
        return .object { object in
            object.member("id", "live")
            object.member("title", title ?? room.name)
            object.member("kind", isAudio ? ProgrammeKind.audio.rawValue : ProgrammeKind.video.rawValue)
            object.member("live", true)
            object.array("sources") { list in
                list.object { entry in
                    entry.member("url", source)
                    entry.member("mimetype", LiveFileType.playlist.rawValue)
                }
            }
        }
    }
}

extension LiveChannels: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let path = "/_mado/v1/channels/{roomId}/live/{file}"
        routes.add(.get, path, authentication: .membersOnly) { [self] request in
            let channel = try request.roomID()
            guard let room = try await channels.portal.journal.room(channel), room.isJoined(request.user) else {
                throw MatrixError.forbidden("You are not in this channel")
            }
            return try serve(request, request.parameter("file"), of: channel)
        }
        routes.add(.put, path, authentication: .membersOnly, body: .streamed) { [self] request in
            try request.requireNotSuspended()
            let channel = try request.roomID()
            try await requireFeeder(request.user, of: channel)
            let bytes = try await request.wholeBody(atMost: streams.settings.maximumFileBytes)
            try await put(bytes, request.parameter("file"), on: channel, title: request.query("title"))
            return .empty
        }
        routes.add(.delete, "/_mado/v1/channels/{roomId}/live", authentication: .membersOnly) { [self] request in
            try request.requireNotSuspended()
            let channel = try request.roomID()
            try await requireFeeder(request.user, of: channel)
            guard try await end(channel) else { throw MatrixError.notFound("Nothing is live on this channel") }
            return .empty
        }
    }

    /// Who may set the channel's programme may feed it.
    private func requireFeeder(_ user: UserID, of channel: RoomID) async throws {
        let room = try await channels.portal.journal.room(channel)
        guard let room, room.isJoined(user),
            room.levels?.allows(user, toSend: Channels.programmeType, asState: true) == true
        else { throw MatrixError.forbidden("You may not feed this channel") }
    }

    private func serve(_ request: Request, _ name: String, of channel: RoomID) throws -> Answer {
        guard let file = streams.file(name, on: channel) else {
            throw MatrixError.notFound("There is no such piece of a live programme, or not any more")
        }
        // Players ask for a playlist again and again; a segment never changes.
        var headers = HTTPHeaders([
            ("content-type", file.type.rawValue), ("etag", file.tag), ("x-content-type-options", "nosniff"),
            ("cache-control", file.type == .playlist ? "private, no-cache" : "private, max-age=60, immutable"),
            ("access-control-expose-headers", "ETag"),
        ])
        let known = request.head.headers.all(named: "if-none-match").contains { $0 == "*" || $0.contains(file.tag) }
        if known { return .response(HTTPResponse(status: .notModified, headers: headers)) }
        switch ByteRange(request.head.headers.first(named: "range"), size: Int64(file.bytes.count)) {
        case .whole: return .response(HTTPResponse(status: .ok, headers: headers, body: file.bytes))
        case .part(let part):
            headers.add("content-range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.bytes.count)")
            let bytes = Array(file.bytes[Int(part.lowerBound)..<Int(part.upperBound)])
            return .response(HTTPResponse(status: .partialContent, headers: headers, body: bytes))
        case .unsatisfiable:
            headers.add("content-range", "bytes */\(file.bytes.count)")
            return .response(HTTPResponse(status: .rangeNotSatisfiable, headers: headers, body: []))
        }
    }
}
