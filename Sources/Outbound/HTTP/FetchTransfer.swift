internal import CCurl
internal import CurlKit
internal import CurlShims
internal import HTTP

/// One hop on its way. Confined to libcurl's thread.
final class FetchTransfer: CurlTransferring {
    let id: UInt64
    let easy: UnsafeMutableRawPointer
    let deadline: Int64?
    private let order: FetchOrder
    private let address = UnsafeMutablePointer<mado_curl_address>.allocate(capacity: 1)
    private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var status = 0
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var bodyBytes = 0
    private var isPaused = false
    /// What we ended the transfer for, which libcurl knows only as "aborted".
    private var ownError: FetchError?

    /// Nobody needs more of them.
    private static let maximumHeaderBytes = 64 << 10

    /// nil for want of memory.
    init?(_ order: FetchOrder) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.order = order
        id = order.id
        deadline = order.deadline
        message.initialize(to: 0)
        address.initialize(to: mado_curl_address())
        configure()
        configureRoute()
        configureRequest()
    }

    deinit {
        curl_easy_cleanup(easy)
        for list in lists { curl_slist_free_all(list) }
        address.deallocate()
        message.deallocate()
    }

    // MARK: Set-up

    private func configure() {
        let request = order.hop.request
        mado_curl_set_text(easy, CURLOPT_URL, request.url)
        mado_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        mado_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        mado_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        mado_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        mado_curl_set_long(easy, CURLOPT_PIPEWAIT, 1)
        mado_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.wholeMilliseconds))
        mado_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Ours takes their place, see `TrustStore`.
        for option in [CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH] {
            mado_curl_set_text(easy, option, nil)
        }
        mado_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "")
        mado_curl_set_text(easy, CURLOPT_USERAGENT, "Mado")
        var functions = Self.functions
        mado_curl_set_functions(easy, &functions, Unmanaged.passUnretained(self).toOpaque())
    }

    private func configureRoute() {
        // Always said, for otherwise libcurl reads the environment itself.
        mado_curl_set_text(easy, CURLOPT_NOPROXY, "")
        switch order.route {
        case .proxy(let proxy):
            mado_curl_set_text(easy, CURLOPT_PROXY, proxy)
            mado_curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
            mado_curl_set_proxy_authentication(easy, MADO_CURL_PROXY_PASSWORD)
        case .address(let text):
            mado_curl_set_text(easy, CURLOPT_PROXY, "")
            // libcurl keeps connections by this address too: one that is open to another is never taken.
            let written = text.contains(":") ? "[\(text)]" : text
            set(list: ["::\(written):\(order.hop.target.port)"], CURLOPT_CONNECT_TO)
            guard mado_curl_parse_address(address, text) == 0 else {
                preconditionFailure("an address that is none")
            }
            mado_curl_set_only_address(easy, address)
        }
    }

    private func configureRequest() {
        let request = order.hop.request
        if request.method == "HEAD" {
            mado_curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if request.body != nil || request.method == "POST" || request.method == "PUT" {
            // One byte more than is sent, for no bytes have no address.
            var body = (request.body ?? []) + [0]
            mado_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count - 1))
            // libcurl copies them.
            _ = body.withUnsafeMutableBytes { mado_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
        }
        mado_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        // Servers that do not know it make us wait a second.
        var lines = ["Expect:"]
        if !request.headers.contains("content-type") { lines.append("Content-Type:") }
        request.headers.forEachField { name, value in
            let name = String(decoding: name, as: UTF8.self)
            let value = String(decoding: value, as: UTF8.self)
            // A header without a value is written with a semicolon.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        set(list: lines, CURLOPT_HTTPHEADER)
    }

    private func set(list texts: [String], _ option: CURLoption) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts { list = curl_slist_append(list, text) }
        guard let list else { return }
        lists.append(list)
        mado_curl_set_pointer(easy, option, list)
    }

    private static let functions = mado_curl_functions(
        header: { bytes, size, count, context in
            of(context).receivedHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        },
        write: { bytes, size, count, context in
            of(context).receivedBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        },
        read: { _, _, _, _ in 0 },
        seek: { _, _, _ in Int32(CURL_SEEKFUNC_CANTSEEK) },
        progress: { _, _, _, _, _ in 0 },
        tls: { _, tls, context in
            of(context).order.trust.install(in: OpaquePointer(tls))
            return CURLE_OK
        })

    private static func of(_ context: UnsafeMutableRawPointer) -> FetchTransfer {
        Unmanaged<FetchTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: What libcurl tells

    private func receivedHeader(_ part: UnsafeRawBufferPointer) -> Int {
        headerBytes += part.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            ownError = .tooLarge
            return 0
        }
        let text = String(decoding: part, as: UTF8.self).trimmingEnd()
        if text.hasPrefix("HTTP/") {
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if text.isEmpty {
            // Anything below is preliminary.
            if status >= 200, !isRefusedByProxy { order.buffer.begin(status: status, headers: headers) }
        } else if let colon = text.firstIndex(of: ":") {
            headers.append((String(text[..<colon]), text[text.index(after: colon)...].trimming()))
        }
        return part.count
    }

    private var isRefusedByProxy: Bool {
        if case .proxy = order.route { status == 407 } else { false }
    }

    private func receivedBody(_ part: UnsafeRawBufferPointer) -> Int {
        if isRefusedByProxy { return part.count }
        guard bodyBytes + part.count <= order.hop.request.maximumBody else {
            ownError = .tooLarge
            return Int(CURL_WRITEFUNC_ERROR)
        }
        guard order.buffer.append(part) else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        bodyBytes += part.count
        return part.count
    }

    // MARK: What the thread asks

    func resume() {
        guard isPaused else { return }
        isPaused = false
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    func end(_ reason: CurlEnd) { order.fail(reason) }

    func finish(_ code: UInt32) {
        if let error = error(CURLcode(code)) {
            order.buffer.finish(.failure(error))
        } else {
            order.buffer.finish(.success(()))
        }
    }

    private func error(_ code: CURLcode) -> FetchError? {
        if let ownError { return ownError }
        let host = order.hop.target.host
        if isRefusedByProxy { return .proxy(status: 407) }
        if code == CURLE_OK { return nil }
        if case .proxy = order.route {
            let status = Int(mado_curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE))
            if status >= 300 || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_COULDNT_CONNECT {
                return .proxy(status: status)
            }
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .cannotResolve(host: host)
        case CURLE_COULDNT_CONNECT: return .cannotConnect(host: host)
        case CURLE_OPERATION_TIMEDOUT:
            let isConnected = mado_curl_get_offset(easy, CURLINFO_APPCONNECT_TIME_T) > 0 || status > 0
            return isConnected ? .timedOut : .cannotConnect(host: host)
        case CURLE_PEER_FAILED_VERIFICATION: return .certificate(host: host, reason: reason(code))
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .cut
        default: return .other(reason(code))
        }
    }

    private func reason(_ code: CURLcode) -> String {
        message.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
    }
}
