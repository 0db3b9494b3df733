import EventLoop
import Foundation
import HTTP
import MatrixAPI
import Outbound
import Store
import TestSupport
import Testing

@testable import Server

/// Feeds and their providers on a harness's server.
struct ProviderCapabilities: Sendable {
    let portal: Portal
    let feeds: Feeds
    let providers: Providers
    let accountData: AccountData
    /// Where the tests' programs are.
    let folder: String

    /// - Parameter allowed: what may be reached besides the internet.
    init(_ parts: RouteHarness.Parts, portal: Portal, folder: String, allowed: [String]) throws {
        self.portal = portal
        self.folder = folder
        feeds = Feeds(portal: portal, clock: parts.clock)
        accountData = AccountData(journal: parts.journal, pushRules: parts.pushRules)
        var outbound = OutboundSettings()
        outbound.allowed = allowed.compactMap { AllowedDestination($0) }
        var settings = Providers.Settings()
        settings.folder = folder
        settings.serverName = RouteHarness.serverName
        settings.limits.time = .seconds(5)
        providers = Providers(
            feeds: feeds, runner: CGIRunner(launcher: CGIRunner.installedLauncher),
            http: try HTTPClient(outbound), loop: parts.loops.loops[0], settings: settings, clock: parts.clock)
    }

    /// A program in the folder.
    func write(_ script: String, to name: String) throws {
        let path = folder + "/" + name
        try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
}

extension RouteHarness {
    /// Runs a test on a server with a portal and providers.
    static func withProviders(
        allowed: [String] = ["127.0.0.1"], _ body: (RouteHarness, ProviderCapabilities) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        var made: ProviderCapabilities?
        try await run(adding: { parts, routes in
            let rooms = PortalCapabilities(parts)
            SyncHarness.add(to: parts, &routes)
            rooms.portal.addRoutes(to: &routes)
            let capabilities = try ProviderCapabilities(
                parts, portal: rooms.portal, folder: folder.path, allowed: allowed)
            capabilities.feeds.addRoutes(to: &routes)
            made = capabilities
        }) { server in
            let capabilities = try #require(made)
            server.accounts.addObserver(capabilities.portal)
            try await capabilities.portal.prepare()
            try await body(server, capabilities)
            capabilities.providers.stop()
        }
    }
}
