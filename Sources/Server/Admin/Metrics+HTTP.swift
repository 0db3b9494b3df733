package import HTTP

extension Metrics {
    /// Adds what an HTTP server counts by itself.
    /// - Parameter read: the server's statistics now.
    package func observeHTTP(_ read: @escaping @Sendable () -> HTTPStatistics) {
        func observe(_ name: String, _ kind: Kind, _ help: String, _ value: @escaping @Sendable (HTTPStatistics) -> Int)
        {
            self.observe(name, kind, help) { Double(value(read())) }
        }
        observe("mado_http_connections", .gauge, "Open connections.", \.open)
        observe("mado_http_connections_total", .counter, "Connections accepted.", \.accepted)
        observe("mado_http_connections_refused_total", .counter, "Connections closed because of a limit.", \.refused)
        observe("mado_http_requests_total", .counter, "Requests received.", \.requests)
        observe("mado_http_requests_malformed_total", .counter, "Requests that the protocol forbids.", \.malformed)
        observe("mado_http_timeouts_total", .counter, "Connections dropped because a deadline passed.", \.timedOut)
        observe("mado_http_floods_total", .counter, "Connections dropped because of a flood.", \.floods)
        observe("mado_http_received_bytes_total", .counter, "Bytes received.", \.bytesReceived)
        observe("mado_http_sent_bytes_total", .counter, "Bytes sent.", \.bytesSent)
        observe("mado_tls_handshakes_total", .counter, "TLS handshakes that succeeded.", \.handshakes)
        observe("mado_tls_handshakes_resumed_total", .counter, "Of these, the resumed ones.", \.resumedHandshakes)
        observe("mado_tls_handshakes_failed_total", .counter, "TLS handshakes that failed.", \.failedHandshakes)
    }
}
