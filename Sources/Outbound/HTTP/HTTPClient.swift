internal import CurlKit
internal import HTTP

/// The server's requests to others: HTTP/1.1 and HTTP/2, TLS 1.2 and 1.3, with a deadline and a limit on each. Any task;
/// it resumes where it was.
///
/// A name is resolved once, every address that it has is checked, and the connection goes to a checked address and to no
/// other, so that a name cannot mean something else a moment later. Redirections are followed here and each one is
/// checked the same way.
package final class HTTPClient: Sendable {
    private let policy: AddressPolicy
    private let proxy: String?
    private let trust: TrustStore
    private let thread: CurlThread
    private let resolver: any AddressResolver

    /// More are not tried.
    private static let maximumAddresses = 4

    /// - Throws: ``OutboundSetupError``.
    package init(
        _ settings: OutboundSettings, resolver: any AddressResolver = SystemAddressResolver()
    ) throws(OutboundSetupError) {
        policy = AddressPolicy(allowing: settings.allowed)
        proxy = settings.proxy
        self.resolver = resolver
        trust = try TrustStore(outboundAuthorities: settings.authorityFile)
        thread = try CurlThread(outbound: "mado-outbound")
    }

    deinit { thread.close() }

    /// The answer of the last redirection, whole.
    package func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        let stream = try await stream(request)
        let body = try await stream.wholeBody()
        return FetchResponse(status: stream.status, headers: stream.headers, body: body, url: stream.url)
    }

    /// The answer of the last redirection, as soon as its headers are there.
    package func stream(_ request: FetchRequest) async throws(FetchError) -> FetchStream {
        let deadline = Monotonic.milliseconds() + request.timeout.wholeMilliseconds
        var hop = try FetchHop(request)
        for _ in 0...max(0, request.maximumRedirects) {
            let stream = try await open(hop, deadline: deadline)
            guard request.maximumRedirects > 0, let next = try hop.redirected(status: stream.status, stream.headers)
            else { return stream }
            hop = next
        }
        throw .tooManyRedirects
    }

    /// Whether a member may name this URL as one that the server is to ask. That is asked again with each request.
    /// - Returns: whether what is sent there travels encrypted, or stays within the organisation.
    /// - Throws: ``FetchError/badRequest(_:)``, ``FetchError/refused(host:)`` or ``FetchError/cannotResolve(host:)``.
    package func check(_ url: String) async throws(FetchError) -> Bool {
        let hop = try FetchHop(FetchRequest("GET", url))
        let way = try await way(to: hop, deadline: Monotonic.milliseconds() + 10_000)
        if hop.target.scheme == "https" { return true }
        guard case .direct(let addresses) = way else { return false }
        return addresses.allSatisfy { PeerAddress($0).map(AddressPolicy.isPublic) == false }
    }

    /// Where `link` leads when it stands in a page or answer at `base`; nil for what leads nowhere.
    package static func resolve(_ link: String, against base: String) -> String? {
        ParsedURL.resolve(link, against: base)
    }

    // MARK: One hop

    private enum Way {
        case direct([String])
        case proxy(String)
    }

    private func open(_ hop: FetchHop, deadline: Int64) async throws(FetchError) -> FetchStream {
        switch try await way(to: hop, deadline: deadline) {
        case .proxy(let proxy): return try await open(hop, .proxy(proxy), deadline: deadline)
        case .direct(let addresses):
            var failure = FetchError.cannotResolve(host: hop.target.host)
            for address in addresses.prefix(Self.maximumAddresses) {
                do throws(FetchError) {
                    return try await open(hop, .address(address), deadline: deadline)
                } catch .cannotConnect(let host) {
                    // Nothing was sent yet.
                    failure = .cannotConnect(host: host)
                }
            }
            throw failure
        }
    }

    private func open(
        _ hop: FetchHop, _ route: FetchOrder.Route, deadline: Int64
    ) async throws(FetchError) -> FetchStream {
        let buffer = StreamBuffer<FetchError>(cut: .cut)
        let order = FetchOrder(
            id: CurlThread.newIdentifier(), hop: hop, route: route, trust: trust, deadline: deadline, buffer: buffer)
        let reading = StreamReading(id: order.id, buffer: buffer, thread: thread)
        thread.put(.start(order))
        let head = try await reading.head()
        return FetchStream(
            status: head.status, headers: HTTPHeaders(head.headers.map { ($0.name, $0.value) }), url: hop.request.url,
            reading: reading)
    }

    private func way(to hop: FetchHop, deadline: Int64) async throws(FetchError) -> Way {
        let host = hop.target.host
        let found: Result<[PeerAddress], FetchError> = await Deadline.race(until: deadline) { [resolver] in
            do throws(FetchError) { return .success(try await resolver.addresses(of: host)) } catch {
                return .failure(error)
            }
        }
        guard case .success(let addresses) = found else {
            // Behind a proxy the names of the world often cannot be resolved; the proxy can, and sees to what may pass.
            if let proxy, case .failure(.cannotResolve) = found, host.contains(".") { return .proxy(proxy) }
            return .direct(try found.get().map(\.description))
        }
        if hop.request.destination == .untrusted,
            !addresses.allSatisfy({ policy.permits($0, host: host) })
        {
            throw .refused(host: host)
        }
        if let proxy, addresses.contains(where: AddressPolicy.isPublic) { return .proxy(proxy) }
        return .direct(addresses.map(\.description))
    }
}
