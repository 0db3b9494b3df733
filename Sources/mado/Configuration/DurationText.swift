/// Durations as they are written in a configuration: a whole number and one of `ms`, `s`, `m`, `h`, `d`.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    static func parse(_ text: String) -> Duration? {
        for (suffix, milliseconds) in units where text.hasSuffix(suffix) {
            guard let number = UInt32(text.dropLast(suffix.utf8.count)), text.utf8.first != UInt8(ascii: "+") else {
                continue
            }
            return .milliseconds(Int64(number) * milliseconds)
        }
        return nil
    }

    /// In the largest unit that leaves no rest; parts of milliseconds are cut off.
    static func render(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let unit = units.last { milliseconds % $0.milliseconds == 0 && milliseconds >= $0.milliseconds } ?? units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}
