import Glibc

extension PortalModel {
    /// Where a player gets something of a programme: a file that is kept here, else through the gateway.
    /// - Parameter url: of a programme: `mxc://`, a path on the server, `https` or `http`.
    /// - Returns: a `file` or `http` address; nil for what cannot be played.
    /// - Throws: ``TransportError`` when the gateway cannot be opened.
    package func playable(_ url: String) async throws -> String? {
        let parts = try account.running()
        let now = parts.engine.clock.now().wall
        if url.hasPrefix("mxc://"),
            let path = try await parts.engine.store.read({ try $0.mediaPath(url, size: 0, now: now) }),
            access(path, R_OK) == 0
        {
            return "file://" + path
        }
        if gateway == nil {
            gateway = try MediaGateway(
                transport: parts.transport, baseURL: parts.client.baseURL, headers: parts.client.headers)
        }
        return gateway?.url(for: url)
    }

    /// Which of these can be played without a connection; nil for none.
    package func firstKept(_ urls: [String]) async -> Int? {
        guard let engine = account.parts?.engine else { return nil }
        let now = engine.clock.now().wall
        let paths = try? await engine.store.read { database in
            try urls.map { try database.mediaPath($0, size: 0, now: now) }
        }
        return paths?.firstIndex { path in path.map { access($0, R_OK) == 0 } ?? false }
    }

    /// Keeps a film or sound that its user watches, for when there is no connection. A film of more than half of the
    /// space for media is left out: it would drive out all others.
    package func keep(watched url: String) {
        guard url.hasPrefix("mxc://"), account.isConnected, watched?.url != url, let parts = account.parts else {
            return
        }
        watched?.keeping.cancel()
        let task = Task { [weak account] in
            guard let length = try? await parts.client.length(of: url), length <= parts.engine.storeLimit / 2,
                !Task.isCancelled
            else { return }
            _ = try? await account?.media(MediaReference(uri: url), size: nil)
        }
        watched = (url, task)
    }

    /// Fetches pictures and music of a programme ahead, for when there is no connection.
    package func keep(_ programme: Programme) {
        keeping?.cancel()
        guard programme.kind == .pictures || programme.kind == .audio, account.isConnected else { return }
        let items = programme.items.map(\.media).filter { $0.uri.hasPrefix("mxc://") }
        keeping = Task { [weak account] in
            for media in items {
                guard !Task.isCancelled, let account else { return }
                _ = try? await account.media(media, size: nil)
            }
        }
    }

    /// Subtitles of a film.
    package func subtitles(_ subtitles: Programme.Subtitles) async throws -> WebVTT {
        let path = try await account.media(MediaReference(uri: subtitles.url), size: nil)
        return WebVTT(AtomicFile.read(path) ?? [])
    }

    /// The folder of a game, whole and as its programme says; works without a connection once it was there.
    package func open(_ game: GameBundle, of roomID: String) async throws -> String {
        let parts = try account.running()
        return try await GameStore(folder: parts.engine.mediaFolder + "/games", client: parts.client).open(
            game, of: roomID)
    }

    /// What a window for pages needs to go the account's way.
    package func way(to url: String) async -> (proxy: String?, authorityFile: String?) {
        (await account.parts?.transport.proxy(for: url), account.networkSettings.authorityFile)
    }
}
