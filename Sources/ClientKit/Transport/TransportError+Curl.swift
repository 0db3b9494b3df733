internal import CurlKit
internal import CCurl
internal import CurlShims

extension TransportError {
    /// What libcurl's result means for what failed.
    init(_ code: CURLcode, of transfer: some CurlAttempt) {
        let easy = transfer.easy
        let host = transfer.target.host
        if let proxy = transfer.route.proxy, let error = Self.ofProxy(proxy, code, transfer) {
            self = error
            return
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .cannotResolve(host: host)
        case CURLE_COULDNT_CONNECT: self = .cannotConnect(host: host)
        case CURLE_OPERATION_TIMEDOUT:
            let isConnected = mado_curl_get_offset(easy, CURLINFO_CONNECT_TIME_T) > 0
            self = isConnected ? .timedOut : .cannotConnect(host: host)
        case CURLE_PEER_FAILED_VERIFICATION: self = .certificate(transfer.record.problem(host: host))
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = .cut
        case CURLE_SSL_CONNECT_ERROR where mado_curl_get_long(easy, CURLINFO_OS_ERRNO) != 0: self = .cut
        default: self = .other(String(cString: curl_easy_strerror(code)))
        }
    }

    /// What the proxy on the way has to do with it; nil when nothing.
    private static func ofProxy(_ proxy: ProxyAddress, _ code: CURLcode, _ transfer: some CurlAttempt)
        -> TransportError?
    {
        let easy = transfer.easy
        let status = Int(mado_curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE))
        if status == 407 || code == CURLE_OK {
            return .proxyAuthenticationRequired(proxy: proxy.url, schemes: schemes(easy))
        }
        if status >= 300 { return .proxyRefused(proxy: proxy.url, status: status) }
        let isSecure = mado_curl_get_offset(easy, CURLINFO_APPCONNECT_TIME_T) > 0
        let isConnected = mado_curl_get_offset(easy, CURLINFO_CONNECT_TIME_T) > 0
        switch code {
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
            return .proxyUnreachable(proxy: proxy.url)
        case CURLE_OPERATION_TIMEDOUT where !isConnected: return .proxyUnreachable(proxy: proxy.url)
        case CURLE_PROXY:
            let reason = CURLproxycode(UInt32(mado_curl_get_long(easy, CURLINFO_PROXY_ERROR)))
            if reason == CURLPX_NO_AUTH || reason == CURLPX_USER_REJECTED {
                return .proxyAuthenticationRequired(proxy: proxy.url, schemes: ["Password"])
            }
            return .proxyRefused(proxy: proxy.url, status: 0)
        case CURLE_PEER_FAILED_VERIFICATION where proxy.url.hasPrefix("https:") && status == 0:
            return .certificate(transfer.record.problem(host: ParsedURL(proxy.url)?.host ?? proxy.url))
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY:
            // It hung up before there was a way to the server.
            let hasTunnel = status == 200 || isSecure || transfer.target.scheme == "http"
            return hasTunnel ? nil : .proxyRefused(proxy: proxy.url, status: 0)
        default: return nil
        }
    }

    private static func schemes(_ easy: UnsafeMutableRawPointer) -> [String] {
        let offers = Int(mado_curl_offers(easy))
        return [
            (Int(MADO_CURL_OFFERS_NEGOTIATE), "Negotiate"), (Int(MADO_CURL_OFFERS_NTLM), "NTLM"),
            (Int(MADO_CURL_OFFERS_DIGEST), "Digest"), (Int(MADO_CURL_OFFERS_BASIC), "Basic"),
        ].filter { offers & $0.0 != 0 }.map(\.1)
    }
}
