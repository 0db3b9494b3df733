/// A statement's text. Made from literals and other statements' text only, so that no value gets into it: values are
/// bound. Whole numbers are let in for pragmas, which take no bound values.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    package let text: String

    package init(stringLiteral value: StaticString) { text = value.description }
    package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
        package mutating func appendInterpolation(_ sql: SQL) { text += sql.text }
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
    }
}

extension SQL {
    package static func + (left: SQL, right: SQL) -> SQL { "\(left)\(right)" }
}
