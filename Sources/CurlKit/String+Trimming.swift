extension StringProtocol {
    /// Without white space and line ends behind.
    package func trimmingEnd() -> String {
        var end = endIndex
        while end > startIndex, self[index(before: end)].isWhitespace { end = index(before: end) }
        return String(self[..<end])
    }

    /// Without white space on both sides.
    package func trimming() -> String { String(trimmingEnd().drop { $0.isWhitespace }) }
}
