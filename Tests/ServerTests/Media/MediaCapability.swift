import EventLoop
import Foundation
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// The media repository on a harness's server, with its folder in the server's.
struct MediaCapability {
    let repository: MediaRepository
    let storage: MediaFolder
    let cleaning: MediaCleaning
    /// Where the files are.
    let folder: String

    init(_ server: RouteHarness, settings: MediaRepository.Settings = .init()) throws {
        try self.init(server.journal, server.clock.clock, folder: server.folder + "/media", settings)
    }

    init(_ journal: Journal, _ clock: WallClock, folder: String, _ settings: MediaRepository.Settings) throws {
        self.folder = folder
        storage = try MediaFolder(folder)
        cleaning = MediaCleaning(journal: journal, storage: storage, clock: clock)
        repository = MediaRepository(
            journal: journal, serverName: RouteHarness.serverName, storage: storage,
            thumbnailer: ThumbnailProcess(program: ThumbnailProcess.installedProgram), settings: settings,
            clock: clock)
    }

    /// The files below a folder of the media folder, relative to it.
    func files(in part: String) -> [String] {
        let root = folder + "/" + part
        return (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? [])
            .filter { !SystemFile.isFolder(root + "/" + $0) }.sorted()
    }
}

extension RouteHarness {
    /// Runs a test on a server with a media repository.
    static func withMedia(
        _ change: (inout MediaRepository.Settings) -> Void = { _ in },
        _ body: (RouteHarness, MediaCapability) async throws -> Void
    ) async throws {
        try await withMedia(limits: [:], adding: { _, _, _ in }, change, body)
    }

    /// The same with further endpoints.
    static func withMedia(
        limits: [RateLimitGroup: RateLimit], adding: (Parts, MediaCapability, inout Routes) -> Void,
        _ change: (inout MediaRepository.Settings) -> Void = { _ in },
        _ body: (RouteHarness, MediaCapability) async throws -> Void
    ) async throws {
        var settings = MediaRepository.Settings()
        change(&settings)
        var made: MediaCapability?
        let folder = FileManager.default.temporaryDirectory.appending(path: "mado-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await run(
            limits: limits,
            adding: { parts, routes in
                let media = try MediaCapability(parts.journal, parts.clock, folder: folder, settings)
                media.repository.addRoutes(to: &routes)
                adding(parts, media, &routes)
                made = media
            }
        ) { server in try await body(server, try #require(made)) }
    }
}

extension TestMember {
    /// Uploads, and returns the answer.
    func upload(
        _ bytes: [UInt8], type: String? = "text/plain", name: String? = nil,
        to target: String = "/_matrix/media/v3/upload", method: HTTPMethod = .post, isChunked: Bool = false,
        endsWith end: HTTPBodyError? = nil
    ) async -> TestAnswer {
        var headers: [(String, String)] = type.map { [("content-type", $0)] } ?? []
        if isChunked { headers.append(("transfer-encoding", "chunked")) }
        let query = name.map { "?filename=\($0)" } ?? ""
        return await server.begin(
            method, target + query, token: token, headers: headers, bytes: bytes, endsWith: end
        ).whole()
    }

    /// Uploads, and returns the path under which it is downloaded: `mado.test/ID`.
    func uploaded(_ bytes: [UInt8], type: String? = "text/plain", name: String? = nil) async throws -> String {
        let answer = await upload(bytes, type: type, name: name)
        #expect(answer.status == 200)
        let uri = try #require(answer["content_uri"]?.string)
        try #require(ContentURI(uri) != nil)
        return String(uri.dropFirst("mxc://".count))
    }

    func get(_ target: String, headers: [(String, String)]) async -> TestAnswer {
        await server.begin(.get, target, token: token, headers: headers, bytes: []).whole()
    }
}
