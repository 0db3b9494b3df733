package import HTTP
package import MatrixAPI

/// The access log (at debug) and the counters of answers.
package struct RequestLog: MatrixApplication.Observer {
    private let log: Log
    private let byClass: [Counter]

    package init(log: Log, metrics: Metrics) {
        self.log = log.area("http")
        byClass = (1...5).map {
            metrics.counter("mado_http_answers_total", "Answers by class of status.", labels: ["status": "\($0)xx"])
        }
    }

    package func finished(_ head: HTTPRequestHead, id: UInt64, status: Int, user: UserID?, refusal: MatrixError?) {
        byClass[min(max(status / 100, 1), 5) - 1].add()
        guard log.passes(.debug) else { return }
        log.request(id).debug(
            "answered",
            [
                "method": "\(head.method)", "target": Redaction.target(head.target), "status": String(status),
                "from": head.remoteAddress.description, "user": user?.string ?? "-",
                "refusal": refusal.map { "\($0.code.string): \($0.message)" } ?? "-",
            ])
    }

    package func failed(_ head: HTTPRequestHead, id: UInt64, error: any Error) {
        log.request(id).error(
            "a request failed", ["method": "\(head.method)", "path": head.path, "error": String(describing: error)])
    }
}
