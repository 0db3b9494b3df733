import GtkKit

/// Where the lines of a chart's axes go.
enum ChartScale {
    /// Round values that cover a range, few enough to be read.
    static func values(_ range: ClosedRange<Double>, count: Int) -> [Double] {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite, count > 0 else { return [range.lowerBound] }
        let rough = span / Double(count)
        let power = powerOfTen(below: rough)
        let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        var values: [Double] = []
        var value = (range.lowerBound / step).rounded(.up) * step
        while value <= range.upperBound + step * 1e-9, values.count < 100 {
            values.append(value)
            value += step
        }
        return values
    }

    private static func powerOfTen(below value: Double) -> Double {
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        return power
    }

    /// A little room above and below; a line of one value lies in the middle.
    static func range(_ values: [Double]) -> ClosedRange<Double> {
        guard let low = values.min(), let high = values.max() else { return 0...1 }
        guard high > low else {
            let room = max(abs(high) * 0.01, 1)
            return low - room...high + room
        }
        let room = (high - low) * 0.08
        return low - room...high + room
    }

    private static let steps: [Int64] = [
        10_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 3 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000,
        86_400_000, 2 * 86_400_000, 7 * 86_400_000, 30 * 86_400_000, 90 * 86_400_000,
    ]

    /// Times at round places of the local clock, and how long lies between them.
    static func times(from: Int64, to: Int64, count: Int) -> (times: [Int64], step: Int64) {
        let step = steps.first { (to - from) / $0 <= Int64(max(1, count)) } ?? steps[steps.count - 1]
        let local = LocalTime(to)
        let midnight = to - Int64(local.hour * 60 + local.minute) * 60_000 - to % 60_000
        var time = midnight - (midnight - from) / step * step
        while time < from { time += step }
        var times: [Int64] = []
        while time <= to, times.count < 100 {
            times.append(time)
            time += step
        }
        return (times, step)
    }

    static func text(_ time: Int64, step: Int64) -> String {
        if step < 60_000 { return LocalTime(time).text("%H:%M:%S") }
        return step < 86_400_000 ? LocalTime(time).time : LocalTime(time).text(tr("%e %b"))
    }

    /// A number with as many digits behind the point as its size needs, and groups of three before it.
    static func text(_ value: Double, digits: Int? = nil) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let digits = digits ?? (abs(value) >= 1000 ? 0 : abs(value) >= 100 ? 1 : 2)
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let unit = Int64(scale)
        var whole = String(scaled / unit)
        var at = whole.count - 3
        let marks = Self.marks
        while at > 0 {
            whole.insert(contentsOf: marks.group, at: whole.index(whole.startIndex, offsetBy: at))
            at -= 3
        }
        let sign = value < 0 && scaled != 0 ? "−" : ""
        guard digits > 0 else { return sign + whole }
        let part = String(scaled % unit)
        let padded = String(repeating: "0", count: digits - part.count) + part
        let trimmed = padded.reversed().drop { $0 == "0" }.reversed()
        return sign + whole + (trimmed.isEmpty ? "" : marks.point + String(trimmed))
    }

    /// What stands between thousands and before the part of one, as the language has it.
    private static var marks: (group: String, point: String) {
        // Translators: a number as it is written, for its separators.
        let sample = tr("1,234.5")
        let parts = sample.split { $0.isNumber }.map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("", parts.first ?? ".")
    }
}
