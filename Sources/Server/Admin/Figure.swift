import Synchronization

/// One line or more of the metrics page.
protocol Figure: AnyObject, Sendable {
    /// Appends the figure's samples.
    /// - Parameter labels: rendered with braces, or empty.
    func append(to text: inout String, name: String, labels: String)
}

/// A count that only grows.
package final class Counter: Figure {
    private let count = Atomic<Int>(0)

    /// - Parameter amount: not negative.
    package func add(_ amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }
    package var value: Int { count.load(ordering: .relaxed) }

    func append(to text: inout String, name: String, labels: String) { text += "\(name)\(labels) \(value)\n" }
}

/// A number that goes up and down.
package final class Gauge: Figure {
    private let number = Atomic<Int>(0)

    package func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    package func add(_ amount: Int = 1) { number.wrappingAdd(amount, ordering: .relaxed) }
    package var value: Int { number.load(ordering: .relaxed) }

    func append(to text: inout String, name: String, labels: String) { text += "\(name)\(labels) \(value)\n" }
}

/// A number that is asked for when the page is made.
final class ObservedFigure: Figure {
    private let read: @Sendable () -> Double

    init(read: @escaping @Sendable () -> Double) { self.read = read }

    func append(to text: inout String, name: String, labels: String) {
        text += "\(name)\(labels) \(MetricNumber.text(read()))\n"
    }
}

/// Numbers as the exposition format writes them.
enum MetricNumber {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
