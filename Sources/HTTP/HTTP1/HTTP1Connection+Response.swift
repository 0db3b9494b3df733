extension HTTP1Connection {
    /// Writes a response with its body, or without if the request or the status asks for none.
    func writeWhole(_ response: HTTPResponse) {
        guard writeHead(response.status, response.headers, .length(response.body.count)) else { return }
        if response.status.mayHaveBody, !flags.contains(.suppressesBody) { connection.write(response.body) }
    }

    /// Begins a response whose length is either in `headers` or not known.
    func beginStreamed(_ status: HTTPStatus, _ headers: HTTPHeaders) {
        if !status.mayHaveBody { flags.insert(.suppressesBody) }
        let framing: HTTP1Serializer.Framing
        if let length = headers.first(named: "content-length").flatMap({ Int($0) }), length >= 0 {
            flags.insert(.hasLength)
            promised = length
            framing = .length(length)
        } else if flags.contains(.isHTTP10) {
            flags.remove(.keepAlive)
            framing = .untilClose
        } else {
            flags.insert(.isChunked)
            framing = .chunked
        }
        if !writeHead(status, headers, framing) { flags.insert(.suppressesBody) }
    }

    func writePart(_ bytes: [UInt8]) {
        guard !flags.contains(.suppressesBody) else { return }
        if flags.contains(.hasLength) {
            precondition(bytes.count <= promised, "more body than its Content-Length says")
            promised -= bytes.count
        }
        guard flags.contains(.isChunked) else { return connection.write(bytes) }
        connection.write { HTTP1Serializer.appendChunkSize(bytes.count, to: &$0) }
        connection.write(bytes)
        connection.write { HTTP1Serializer.appendChunkEnd(to: &$0) }
    }

    /// Ends the body. Returns false if some of it is missing.
    func finishStreamed() -> Bool {
        if flags.contains(.suppressesBody) { return true }
        if flags.contains(.isChunked) { connection.write { HTTP1Serializer.appendLastChunk(to: &$0) } }
        return !flags.contains(.hasLength) || promised == 0
    }

    /// Writes the status line and the fields; 500 instead and returns false if one of the application's cannot be sent,
    /// which may be for what a user put into it.
    private func writeHead(_ status: HTTPStatus, _ headers: HTTPHeaders, _ framing: HTTP1Serializer.Framing) -> Bool {
        let connectionField: HTTP1Serializer.Connection =
            !flags.contains(.keepAlive) ? .close : flags.contains(.isHTTP10) ? .keepAlive : .persistent
        let date = server.date.field
        var isFaithful = true
        connection.write { output in
            do throws(HTTP1Serializer.FieldError) {
                try HTTP1Serializer.appendHead(
                    status, headers, framing: framing, connection: connectionField, prepared: date, to: &output)
            } catch {
                isFaithful = false
                flags.remove(.keepAlive)
                output.append(
                    contentsOf: "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                        .utf8)
            }
        }
        return isFaithful
    }
}
