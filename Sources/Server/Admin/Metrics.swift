import Synchronization

/// The registry of a server's figures. Capabilities receive it by initialiser, make their counters once and keep them.
///
/// Asking twice for the same name and labels gives the same figure. Names follow Prometheus' conventions: base
/// units, `_total` for counters, `_seconds`, `_bytes`. Safe from any thread.
package final class Metrics: Sendable {
    /// The kind of a family, as the exposition format names it.
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    private struct Family {
        let kind: Kind
        let help: String
        /// Rendered label set (`{code="200"}` or empty) and the figure, in order of registration.
        var series: [(labels: String, figure: any Figure)] = []
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    package func counter(_ name: String, _ help: String, labels: KeyValuePairs<String, String> = [:]) -> Counter {
        register(name, .counter, help, labels) { Counter() }
    }

    package func gauge(_ name: String, _ help: String, labels: KeyValuePairs<String, String> = [:]) -> Gauge {
        register(name, .gauge, help, labels) { Gauge() }
    }

    /// - Parameter buckets: inclusive upper bounds, ascending, without infinity.
    package func histogram(
        _ name: String, _ help: String, buckets: [Double], labels: KeyValuePairs<String, String> = [:]
    ) -> Histogram {
        register(name, .histogram, help, labels) { Histogram(buckets: buckets) }
    }

    /// A figure that is read when the page is asked for, for what is counted elsewhere already.
    /// - Parameter read: called on whatever thread serves the page; must not wait.
    package func observe(
        _ name: String, _ kind: Kind, _ help: String, labels: KeyValuePairs<String, String> = [:],
        _ read: @escaping @Sendable () -> Double
    ) {
        precondition(kind != .histogram, "a histogram cannot be read as one number")
        _ = register(name, kind, help, labels) { ObservedFigure(read: read) }
    }

    /// All figures in the text exposition format, version 0.0.4, families in order of their names.
    package func exposition() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(Self.escapeHelp(family.help))\n# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, figure) in family.series { figure.append(to: &text, name: name, labels: labels) }
        }
        return text
    }

    private func register<F: Figure>(
        _ name: String, _ kind: Kind, _ help: String, _ labels: KeyValuePairs<String, String>, _ make: () -> F
    ) -> F {
        precondition(Self.isName(name), "not a metric's name: \(name)")
        let rendered = Self.render(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            precondition(family.kind == kind, "\(name) is a \(family.kind.rawValue) already")
            if let present = family.series.first(where: { $0.labels == rendered }) {
                guard let figure = present.figure as? F else { preconditionFailure("\(name) is observed already") }
                return figure
            }
            let figure = make()
            family.series.append((rendered, figure))
            families[name] = family
            return figure
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static func render(_ labels: KeyValuePairs<String, String>) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.key)=\"\(escapeLabel($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escapeLabel(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }

    private static func escapeHelp(_ help: String) -> String {
        help.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
