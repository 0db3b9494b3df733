import CXml2

/// Why a document was not understood.
package enum FeedDocumentError: Error, Sendable, Equatable, CustomStringConvertible {
    case broken(String)
    /// More elements or depth than any feed has.
    case tooLarge
    /// It declares entities, which no feed needs and which can be made to grow without bound.
    case declaresEntities
    /// It is none of the kinds of feed that are known.
    case unknownKind

    package var description: String {
        switch self {
        case .broken(let reason): "The document is broken: \(reason)"
        case .tooLarge: "The document is larger than a feed is"
        case .declaresEntities: "The document declares entities, which is refused"
        case .unknownKind: "The document is neither RSS nor Atom nor a JSON Feed"
        }
    }
}

/// Reads XML and tells of elements and texts, one after the other; within bounds, and without entities or anything from
/// outside of the document.
///
/// libxml2's handlers are C functions: the reader hands itself to them for the time of `read`. They are all that there
/// is: nothing of libxml2's own builds a tree, resolves an entity or prints an error.
struct XMLReader {
    /// Learns what stands in the document. Names are without namespace and prefix.
    protocol Handler: AnyObject {
        func start(_ name: String, _ attributes: [String: String])
        func end(_ name: String)
        func text(_ text: String)
    }

    fileprivate static let maximumDepth = 64
    fileprivate static let maximumElements = 200_000

    /// What the C functions are given.
    fileprivate final class State {
        let handler: any Handler
        var depth = 0
        var elements = 0
        var error: FeedDocumentError?
        var context: xmlParserCtxtPtr?

        init(_ handler: any Handler) { self.handler = handler }

        func stop(_ error: FeedDocumentError) {
            guard self.error == nil else { return }
            self.error = error
            xmlStopParser(context)
        }
    }

    /// - Throws: ``FeedDocumentError``.
    static func read(_ document: [UInt8], _ handler: any Handler) throws(FeedDocumentError) {
        let state = State(handler)
        var functions = Self.functions
        let data = Unmanaged.passUnretained(state).toOpaque()
        guard let context = xmlCreatePushParserCtxt(&functions, data, nil, 0, nil) else { throw .tooLarge }
        defer { xmlFreeParserCtxt(context) }
        state.context = context
        xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
        let outcome = withExtendedLifetime(state) {
            document.withUnsafeBytes { bytes in
                xmlParseChunk(
                    context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count), 1)
            }
        }
        if let error = state.error { throw error }
        guard outcome == 0 else {
            let reason = xmlCtxtGetLastError(context)
            let message = reason?.pointee.message.map { FeedItem.line(String(cString: $0)) } ?? "not XML"
            throw .broken("\(message), line \(reason?.pointee.line ?? 0)")
        }
    }

    private static var functions: xmlSAXHandler {
        var functions = xmlSAXHandler()
        functions.initialized = UInt32(XML_SAX2_MAGIC)
        functions.startElementNs = { data, name, _, _, _, _, count, _, attributes in
            XMLReader.state(data)?.started(name, attributes, Int(count))
        }
        functions.endElementNs = { data, name, _, _ in XMLReader.state(data)?.ended(name) }
        functions.characters = { data, text, length in XMLReader.state(data)?.said(text, length) }
        functions.ignorableWhitespace = { data, text, length in XMLReader.state(data)?.said(text, length) }
        functions.cdataBlock = { data, text, length in XMLReader.state(data)?.said(text, length) }
        functions.entityDecl = { data, _, _, _, _, _ in XMLReader.state(data)?.stop(.declaresEntities) }
        return functions
    }

    private static func state(_ data: UnsafeMutableRawPointer?) -> State? {
        data.map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension XMLReader.State {
    /// - Parameter attributes: five pointers each: name, prefix, namespace, and the value's begin and end.
    fileprivate func started(
        _ name: UnsafePointer<xmlChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int
    ) {
        depth += 1
        elements += 1
        guard depth <= XMLReader.maximumDepth, elements <= XMLReader.maximumElements else { return stop(.tooLarge) }
        guard let name else { return }
        var found: [String: String] = [:]
        for index in 0..<count {
            guard let attributes, let key = attributes[index * 5], let begin = attributes[index * 5 + 3],
                let end = attributes[index * 5 + 4], end >= begin
            else { continue }
            // Character references are left as they are in values.
            let value = UnsafeBufferPointer(start: begin, count: end - begin)
            found[String(cString: key)] = HTMLEntities.decode(Array(value)[...])
        }
        handler.start(String(cString: name), found)
    }

    fileprivate func ended(_ name: UnsafePointer<xmlChar>?) {
        depth -= 1
        if let name { handler.end(String(cString: name)) }
    }

    fileprivate func said(_ text: UnsafePointer<xmlChar>?, _ length: Int32) {
        guard let text else { return }
        handler.text(String(decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self))
    }
}
