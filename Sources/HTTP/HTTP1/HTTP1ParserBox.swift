/// A parser that is lent to a connection while a request is read. Confined to the loop.
final class HTTP1ParserBox {
    var parser: HTTP1Parser

    init(_ parser: HTTP1Parser) {
        self.parser = parser
    }
}
