internal import CCurl
internal import CurlShims
internal import COpenSSL
internal import CurlKit

/// One request on its way. Confined to libcurl's thread once it is started.
final class CurlTransfer: CurlTransferring, CurlAttempt {
    enum Delivery {
        case whole(
            progress: (@Sendable (TransferProgress) -> Void)?,
            completion: @Sendable (Result<ClientResponse, TransportError>) -> Void)
        case stream(StreamBuffer<TransportError>)
    }

    let id: UInt64
    let easy: UnsafeMutableRawPointer
    let request: ClientRequest
    let route: ProxyRoute
    let target: ParsedURL
    let record = CertificateRecord()
    private let trust: TrustStore
    private let delivery: Delivery
    private let body: BodyReader?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var writer: BodyWriter
    private var status = 0
    private var headers: [(name: String, value: String)] = []
    private var progress = TransferProgress()
    /// What we ended the transfer for, which libcurl knows only as "aborted".
    private(set) var ownError: TransportError?
    private let started: Int64
    private var lastMove: Int64
    private(set) var isPaused = false

    /// - Throws: ``TransportError`` when the request cannot even be begun.
    init(
        id: UInt64, request: ClientRequest, target: ParsedURL, route: ProxyRoute, trust: TrustStore,
        authentication: mado_curl_proxy_authentication, delivery: Delivery, now: Int64
    ) throws(TransportError) {
        guard let easy = curl_easy_init() else { throw .other("out of memory") }
        self.id = id
        self.easy = easy
        self.request = request
        self.target = target
        self.route = route
        self.trust = trust
        self.delivery = delivery
        started = now
        lastMove = now
        writer = BodyWriter(request.destination)
        do {
            body = try BodyReader(request.body)
        } catch {
            curl_easy_cleanup(easy)
            throw error
        }
        configure(authentication)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
    }

    // MARK: Set-up

    private func configure(_ authentication: mado_curl_proxy_authentication) {
        configureConnection(url: request.url, authentication)
        mado_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        mado_curl_set_long(easy, CURLOPT_PIPEWAIT, 1)
        if case .whole = delivery { mado_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, encodings) }
        configureBody()
        var functions = Self.functions
        mado_curl_set_functions(easy, &functions, Unmanaged.passUnretained(self).toOpaque())
    }

    /// A file is stored as it is on the server, which does not compress what is compressed already.
    private var encodings: String? {
        if case .memory = request.destination { "" } else { nil }
    }

    private func configureBody() {
        if let body {
            mado_curl_set_long(easy, CURLOPT_UPLOAD, 1)
            mado_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(body.count))
        } else if request.method == "POST" || request.method == "PUT" {
            mado_curl_set_long(easy, CURLOPT_POST, 1)
            mado_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, 0)
        } else if request.method == "HEAD" {
            mado_curl_set_long(easy, CURLOPT_NOBODY, 1)
        }
        mado_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        var lines = request.headers.map { "\($0.name): \($0.value)" }
        // Proxies that do not know it make the client wait a second.
        lines.append("Expect:")
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for line in lines { headerList = curl_slist_append(headerList, line) }
        mado_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private static let functions = mado_curl_functions(
        header: { bytes, size, count, context in
            let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
            of(context).receivedHeader(String(decoding: part, as: UTF8.self))
            return part.count
        },
        write: { bytes, size, count, context in
            of(context).receivedBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        },
        read: { bytes, size, count, context in
            of(context).sendBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        },
        seek: { context, offset, _ in
            of(context).body?.seek(to: Int64(offset)) == true ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_FAIL)
        },
        progress: { context, receiveTotal, received, sendTotal, sent in
            of(context).moved(
                TransferProgress(
                    sent: Int64(sent), sendTotal: Int64(sendTotal), received: Int64(received),
                    receiveTotal: Int64(receiveTotal)))
            return 0
        },
        tls: { _, tls, context in
            let tls = OpaquePointer(tls)
            let transfer = of(context)
            transfer.trust.install(in: tls)
            transfer.record.install(in: tls)
            return CURLE_OK
        })

    private static func of(_ context: UnsafeMutableRawPointer) -> CurlTransfer {
        Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: What libcurl tells

    private func receivedHeader(_ line: String) {
        lastMove = Monotonic.milliseconds()
        let text = line.trimmingEnd()
        if text.hasPrefix("HTTP/") {
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if text.isEmpty {
            receivedHead()
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append((String(text[..<colon]), String(value)))
        }
    }

    private func receivedHead() {
        // Preliminary, or the proxy's wish for another try with credentials.
        guard status >= 200, !isRefusalOfProxy else { return }
        if case .stream(let buffer) = delivery { buffer.begin(status: status, headers: headers) }
    }

    private var isRefusalOfProxy: Bool { status == 407 && route != .direct }

    private func receivedBody(_ part: UnsafeRawBufferPointer) -> Int {
        lastMove = Monotonic.milliseconds()
        switch delivery {
        case .stream(let buffer):
            if isRefusalOfProxy || buffer.append(part) { return part.count }
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .whole:
            do {
                try writer.write(part, status: status)
                return part.count
            } catch {
                ownError = error
                return Int(CURL_WRITEFUNC_ERROR)
            }
        }
    }

    private func sendBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        lastMove = Monotonic.milliseconds()
        guard let body else { return 0 }
        if let count = body.read(into: buffer) { return count }
        ownError = body.failure
        return Int(CURL_READFUNC_ABORT)
    }

    private func moved(_ now: TransferProgress) {
        guard now != progress else { return }
        if now.sent != progress.sent || now.received != progress.received { lastMove = Monotonic.milliseconds() }
        progress = now
        if case .whole(let tell?, _) = delivery { tell(now) }
    }

    // MARK: What the thread asks

    func resume() {
        guard isPaused else { return }
        isPaused = false
        lastMove = Monotonic.milliseconds()
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// When the transfer has to be ended if nothing more happens, in monotonic milliseconds. A reader who takes his time
    /// is no silence.
    var deadline: Int64? {
        let whole = request.timeout.map { started + $0.wholeMilliseconds }
        let idle = isPaused ? nil : request.idleTimeout.map { lastMove + $0.wholeMilliseconds }
        return [whole, idle].compactMap { $0 }.min()
    }

    func fail(_ error: TransportError) {
        switch delivery {
        case .whole(_, let completion): completion(.failure(error))
        case .stream(let buffer): buffer.finish(.failure(error))
        }
    }

    func end(_ reason: CurlEnd) { fail(TransportError(reason)) }

    func finish(_ code: UInt32) {
        if let error = error(CURLcode(code)) { return fail(error) }
        switch delivery {
        case .stream(let buffer): buffer.finish(.success(()))
        case .whole(_, let completion):
            do {
                try writer.finish(status: status)
                completion(.success(ClientResponse(status: status, headers: headers, body: writer.bytes)))
            } catch {
                completion(.failure(error))
            }
        }
    }

    private func error(_ code: CURLcode) -> TransportError? {
        if let ownError { return ownError }
        if code == CURLE_OK, !isRefusalOfProxy { return nil }
        return TransportError(code, of: self)
    }
}
