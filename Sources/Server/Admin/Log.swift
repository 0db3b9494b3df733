/// A logger: a value that carries the sink, and the request that it speaks of.
///
/// Never give it a token, a password or a body; targets of requests go through `Redaction.target`.
package struct Log: Sendable {
    private let sink: LogSink
    private let request: UInt64?
    private let area: String

    /// - Parameter area: the part of the server that speaks, e.g. `http`, `journal`.
    package init(_ sink: LogSink, area: String = "mado") {
        self.init(sink, area: area, request: nil)
    }

    private init(_ sink: LogSink, area: String, request: UInt64?) {
        self.sink = sink
        self.area = area
        self.request = request
    }

    /// The same log, for one part of the server.
    package func area(_ name: String) -> Log { Log(sink, area: name, request: request) }
    /// The same log, for one request.
    package func request(_ identifier: UInt64) -> Log { Log(sink, area: area, request: identifier) }

    /// Whether lines of this level are written: ask before making costly fields.
    package func passes(_ level: LogLevel) -> Bool { sink.passes(level) }

    package func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.debug, message(), fields)
    }
    package func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.info, message(), fields)
    }
    package func warning(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.warning, message(), fields)
    }
    package func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.error, message(), fields)
    }

    private func log(_ level: LogLevel, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String>) {
        guard sink.passes(level) else { return }
        sink.line(level, message(), request: request, fields: [("area", area)] + fields.map { ($0.key, $0.value) })
    }
}
