/// A statement's text. Made from literals and other statements' text only, so that no value gets into it: values are
/// bound. Whole numbers are let in for pragmas, which take no bound values.
struct SQL: Sendable, ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral value: StaticString) { text = value.description }
    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
        mutating func appendInterpolation(_ sql: SQL) { text += sql.text }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
    }
}
