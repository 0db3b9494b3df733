/// The part of a body that a `Range` field asks for (RFC 9110 section 14).
enum ByteRange: Equatable {
    /// The whole body: no field, or one that is not understood, or several ranges, which servers may leave aside.
    case whole
    case part(Range<Int64>)
    /// Nothing of it exists: 416.
    case unsatisfiable

    /// - Parameter size: of the body, in bytes.
    init(_ field: String?, size: Int64) {
        guard let field, field.hasPrefix("bytes="), let (first, last) = Self.bounds(field.dropFirst(6)) else {
            self = .whole
            return
        }
        switch (first, last) {
        case (let first?, let last?) where last < first: self = .whole
        case (let first?, let last):
            self = first < size ? .part(first..<min(last ?? size - 1, size - 1) + 1) : .unsatisfiable
        case (nil, let suffix?):
            self = suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
        case (nil, nil): self = .whole
        }
    }

    /// `first-last`, either may be absent; nil when it is anything else.
    private static func bounds(_ text: Substring) -> (first: Int64?, last: Int64?)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        var numbers: [Int64?] = []
        for part in parts {
            if part.isEmpty {
                numbers.append(nil)
            } else {
                guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(part) else { return nil }
                numbers.append(number)
            }
        }
        return (numbers[0], numbers[1])
    }
}
