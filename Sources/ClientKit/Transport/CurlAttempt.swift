internal import CCurl
internal import CurlKit
internal import CurlShims

/// A way to a server that libcurl opens for something: what requests and tunnels have in common.
protocol CurlAttempt: AnyObject {
    /// The handle (`CURL *`), which it owns.
    var easy: UnsafeMutableRawPointer { get }
    var target: ParsedURL { get }
    var route: ProxyRoute { get }
    var record: CertificateRecord { get }
}

extension CurlAttempt {
    /// Says which way is taken, how long it may take to open, and that libcurl trusts nobody by itself.
    func configureConnection(url: String, _ authentication: mado_curl_proxy_authentication) {
        mado_curl_set_text(easy, CURLOPT_URL, url)
        mado_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        mado_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        mado_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 20_000)
        mado_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        mado_curl_set_long(easy, CURLOPT_TCP_KEEPIDLE, 60)
        mado_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Ours takes their place, see `TrustStore`.
        mado_curl_set_text(easy, CURLOPT_CAINFO, nil)
        mado_curl_set_text(easy, CURLOPT_CAPATH, nil)
        mado_curl_set_text(easy, CURLOPT_PROXY_CAINFO, nil)
        mado_curl_set_text(easy, CURLOPT_PROXY_CAPATH, nil)
        mado_curl_set_pointer(easy, CURLOPT_PROXYHEADER, nil)
        mado_curl_set_text(easy, CURLOPT_USERAGENT, "Mado")
        configureProxy(authentication)
    }

    private func configureProxy(_ authentication: mado_curl_proxy_authentication) {
        // Always said, for otherwise libcurl reads the environment itself and may go another way than was decided.
        mado_curl_set_text(easy, CURLOPT_PROXY, route.proxy?.url ?? "")
        mado_curl_set_text(easy, CURLOPT_NOPROXY, "")
        guard let proxy = route.proxy else { return }
        mado_curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        mado_curl_set_proxy_authentication(easy, authentication)
        // No name means the user's tickets, which only HTTP has.
        guard proxy.isHTTP || proxy.user != nil else { return }
        mado_curl_set_text(easy, CURLOPT_PROXYUSERNAME, proxy.user ?? "")
        mado_curl_set_text(easy, CURLOPT_PROXYPASSWORD, proxy.password ?? "")
    }
}
