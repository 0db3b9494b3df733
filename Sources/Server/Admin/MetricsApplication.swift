package import HTTP

/// `GET /metrics` in Prometheus' text format, on a listener of its own.
package struct MetricsApplication: HTTPApplication {
    private let metrics: Metrics

    package init(_ metrics: Metrics) { self.metrics = metrics }

    package func receive(_ exchange: HTTPExchange) {
        guard exchange.head.method == .get || exchange.head.method == .head else {
            return exchange.respond(.text("Only GET\n", status: .methodNotAllowed))
        }
        guard exchange.head.path == "/metrics" else {
            return exchange.respond(.text("Figures are at /metrics\n", status: .notFound))
        }
        let headers: HTTPHeaders = [
            "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store",
        ]
        exchange.respond(HTTPResponse(status: .ok, headers: headers, body: Array(metrics.exposition().utf8)))
    }
}
