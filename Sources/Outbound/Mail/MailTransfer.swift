internal import CCurl
internal import CurlKit
internal import CurlShims

/// One message on its way. Confined to libcurl's thread.
final class MailTransfer: CurlTransferring {
    let id: UInt64
    let easy: UnsafeMutableRawPointer
    let deadline: Int64?
    private let order: MailOrder
    private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private var position = 0

    /// nil for want of memory.
    init?(_ order: MailOrder) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.order = order
        id = order.id
        deadline = order.deadline
        message.initialize(to: 0)
        configure()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(recipients)
        message.deallocate()
    }

    private func configure() {
        let client = order.client
        mado_curl_set_text(easy, CURLOPT_URL, client.url)
        mado_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        mado_curl_set_text(easy, CURLOPT_PROXY, "")
        mado_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        mado_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        mado_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 20_000)
        mado_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Whoever sits between could otherwise take away the offer of TLS, and read the password.
        if client.security == .startTLS { mado_curl_set_long(easy, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        // Ours takes their place, see `TrustStore`.
        for option in [CURLOPT_CAINFO, CURLOPT_CAPATH] { mado_curl_set_text(easy, option, nil) }
        if let user = client.user {
            mado_curl_set_text(easy, CURLOPT_USERNAME, user)
            mado_curl_set_text(easy, CURLOPT_PASSWORD, client.password ?? "")
        }
        mado_curl_set_text(easy, CURLOPT_MAIL_FROM, "<\(order.sender)>")
        recipients = curl_slist_append(nil, "<\(order.recipient)>")
        mado_curl_set_pointer(easy, CURLOPT_MAIL_RCPT, recipients)
        mado_curl_set_long(easy, CURLOPT_UPLOAD, 1)
        mado_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(order.message.count))
        var functions = Self.functions
        mado_curl_set_functions(easy, &functions, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let functions = mado_curl_functions(
        header: { _, size, count, _ in size * count },
        write: { _, size, count, _ in size * count },
        read: { bytes, size, count, context in
            of(context).read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        },
        seek: { _, _, _ in Int32(CURL_SEEKFUNC_CANTSEEK) },
        progress: { _, _, _, _, _ in 0 },
        tls: { _, tls, context in
            of(context).order.trust.install(in: OpaquePointer(tls))
            return CURLE_OK
        })

    private static func of(_ context: UnsafeMutableRawPointer) -> MailTransfer {
        Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, order.message.count - position)
        guard count > 0 else { return 0 }
        buffer.copyBytes(from: order.message[position..<position + count])
        position += count
        return count
    }

    func resume() {}

    func end(_ reason: CurlEnd) { order.fail(reason) }

    func finish(_ code: UInt32) {
        let code = CURLcode(code)
        guard code != CURLE_OK else { return order.completion(.success(())) }
        let text = message.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
        let status = Int(mado_curl_get_long(easy, CURLINFO_RESPONSE_CODE))
        let isPermanent =
            (500..<600).contains(status) || code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION
            || code == CURLE_USE_SSL_FAILED
        order.completion(.failure(isPermanent ? .permanent(text) : .temporary(text)))
    }
}
