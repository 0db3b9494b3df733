/// Sizes as they are written in a configuration: a whole number, alone (bytes) or with `KiB`, `MiB`, `GiB`.
enum ByteCountText {
    private static let units: [(suffix: String, bytes: Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    static func parse(_ text: String) -> Int? {
        guard text.utf8.first.map({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) == true else { return nil }
        for (suffix, bytes) in units where text.hasSuffix(suffix) {
            let digits = text.dropLast(suffix.utf8.count)
            return Int(digits.last == " " ? digits.dropLast() : digits).flatMap { number in
                let (product, overflow) = number.multipliedReportingOverflow(by: bytes)
                return overflow ? nil : product
            }
        }
        return Int(text)
    }

    /// In the largest unit that leaves no rest.
    static func render(_ count: Int) -> String {
        guard let unit = units.last(where: { count >= $0.bytes && count % $0.bytes == 0 }) else { return String(count) }
        return "\(count / unit.bytes) \(unit.suffix)"
    }
}
