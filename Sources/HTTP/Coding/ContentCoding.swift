import Glibc

/// The content codings that a response can have (RFC 9110 section 8.4.1).
package enum ContentCoding: Sendable, Hashable {
    case identity, gzip

    /// Chooses by the request's Accept-Encoding (RFC 9110 section 12.5.3): gzip if it is accepted and not less wanted
    /// than identity. Without the field, with an empty one, or when all is refused, identity. An element whose weight
    /// is malformed counts as not there.
    package static func negotiate(_ headers: HTTPHeaders) -> ContentCoding {
        var weights = Weights()
        headers.forEachField { name, value in
            guard name.equals("accept-encoding") else { return }
            for element in value.split(separator: 0x2c) {
                weights.note(UnsafeRawBufferPointer(rebasing: element))
            }
        }
        let gzip = weights.gzip ?? weights.any ?? 0
        return gzip > 0 && gzip >= weights.identity ?? 0 ? .gzip : .identity
    }

    /// In thousandths; nil: not named.
    private struct Weights {
        var gzip: Int?
        var identity: Int?
        var any: Int?

        mutating func note(_ element: UnsafeRawBufferPointer) {
            let end = element.position(of: 0x3b) ?? element.count
            let name = element.slice(0, end).trimmed()
            guard let weight = Self.weight(element.slice(end, element.count)) else { return }
            if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
                gzip = gzip ?? weight
            } else if name.equalsIgnoringCase("identity") {
                identity = identity ?? weight
            } else if name.equals("*") {
                any = any ?? weight
            }
        }

        /// `OWS ";" OWS "q=" qvalue`, with qvalue `0` to `1` and at most three decimals; nothing is 1.
        private static func weight(_ parameter: UnsafeRawBufferPointer) -> Int? {
            guard !parameter.isEmpty else { return 1_000 }
            let text = parameter.slice(1, parameter.count).trimmed()
            guard text.count >= 3, text.slice(0, 2).equalsIgnoringCase("q=") else { return nil }
            let digits = text.slice(2, text.count)
            guard digits.count <= 5, digits[0] == 0x30 || digits[0] == 0x31 else { return nil }
            guard digits.count == 1 || digits[1] == 0x2e else { return nil }
            var weight = Int(digits[0] - 0x30) * 1_000
            var unit = 100
            for digit in digits.dropFirst(2) {
                guard ByteClass.isDigit(digit) else { return nil }
                weight += Int(digit - 0x30) * unit
                unit /= 10
            }
            return weight <= 1_000 ? weight : nil
        }
    }
}
