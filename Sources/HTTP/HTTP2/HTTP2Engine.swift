import CNghttp2

/// What all nghttp2 sessions of one loop share: callbacks and options. Confined to the loop.
///
/// A session's user data is its `HTTP2Connection`, borrowed: the connection owns the session.
final class HTTP2Engine {
    private let ownedCallbacks: OpaquePointer
    private let ownedOptions: OpaquePointer
    private let settings: [nghttp2_settings_entry]
    private let limits: HTTP2Limits
    /// Owned. For `nghttp2_submit_response`, which copies it: the body comes from the stream's `HTTP2Stream`.
    let bodyProvider: UnsafeMutablePointer<nghttp2_data_provider>

    init(_ limits: HTTPLimits) {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        nghttp2_option_new(&options)
        guard let callbacks, let options else { preconditionFailure("no memory for two small objects") }
        ownedCallbacks = callbacks
        ownedOptions = options
        self.limits = limits.http2
        bodyProvider = .allocate(capacity: 1)
        bodyProvider.initialize(
            to: nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: HTTP2Engine.bodySource))
        settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(limits.http2.concurrentStreams)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(limits.http2.streamWindow)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: limits.http1.headerBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
        ]
        setOptions()
        setCallbacks()
    }

    deinit {
        nghttp2_session_callbacks_del(ownedCallbacks)
        nghttp2_option_del(ownedOptions)
        bodyProvider.deallocate()
    }

    /// A new server session with its SETTINGS queued, owned by the caller; nil for want of memory.
    func makeOwnedSession(for connection: HTTP2Connection) -> OpaquePointer? {
        var session: OpaquePointer?
        let user = Unmanaged.passUnretained(connection).toOpaque()
        guard nghttp2_session_server_new2(&session, ownedCallbacks, user, ownedOptions) == 0, let session else {
            return nil
        }
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: limits.connectionWindow))
        return session
    }

    private func setOptions() {
        // The window opens when the application has taken the bytes, not when they arrive.
        nghttp2_option_set_no_auto_window_update(ownedOptions, 1)
        nghttp2_option_set_no_closed_streams(ownedOptions, 1)
        nghttp2_option_set_max_continuations(ownedOptions, limits.continuations)
        nghttp2_option_set_max_outbound_ack(ownedOptions, limits.controlFrames)
    }

    private func setCallbacks() {
        nghttp2_session_callbacks_set_on_begin_frame_callback(ownedCallbacks) { _, header, user in
            guard let header, let connection = HTTP2Connection.borrowed(user) else { return 0 }
            connection.beganFrame(header.pointee)
            return connection.verdict
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(ownedCallbacks) { _, frame, user in
            guard let frame, let connection = HTTP2Connection.borrowed(user) else { return 0 }
            if frame.pointee.isRequest { connection.beginRequest(frame.pointee.hd.stream_id) }
            return connection.verdict
        }
        nghttp2_session_callbacks_set_on_header_callback(ownedCallbacks) {
            _, frame, name, nameLength, value, valueLength, _, user in
            guard let frame, frame.pointee.isRequest, let connection = HTTP2Connection.borrowed(user) else { return 0 }
            connection.takeField(
                frame.pointee.hd.stream_id, name: UnsafeRawBufferPointer(start: name, count: nameLength),
                value: UnsafeRawBufferPointer(start: value, count: valueLength))
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(ownedCallbacks) { _, frame, user in
            guard let frame, let connection = HTTP2Connection.borrowed(user) else { return 0 }
            connection.receivedFrame(frame.pointee)
            return connection.verdict
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(ownedCallbacks) { _, frame, user in
            guard let frame, let connection = HTTP2Connection.borrowed(user) else { return 0 }
            connection.sentFrame(frame.pointee.hd, isReset: frame.pointee.isFailure)
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(ownedCallbacks) { _, _, stream, data, length, user in
            HTTP2Connection.borrowed(user)?.receivedBody(stream, UnsafeRawBufferPointer(start: data, count: length))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(ownedCallbacks) { _, stream, _, user in
            HTTP2Connection.borrowed(user)?.streamClosed(stream)
            return 0
        }
        nghttp2_session_callbacks_set_send_data_callback(ownedCallbacks) { _, frame, header, length, _, user in
            guard let frame, let header, let connection = HTTP2Connection.borrowed(user) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            let sent = connection.sendBody(
                frame.pointee.hd.stream_id, header: UnsafeRawBufferPointer(start: header, count: 9), count: length)
            return sent ? 0 : NGHTTP2_ERR_WOULDBLOCK.rawValue
        }
    }

    /// The source of all bodies: says how much there is, for `sendBody` to copy.
    private static let bodySource: nghttp2_data_source_read_callback = { _, stream, _, length, flags, _, user in
        guard let flags, let connection = HTTP2Connection.borrowed(user) else {
            return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
        }
        return connection.availableBody(stream, length, &flags.pointee)
    }
}

extension nghttp2_frame {
    fileprivate var isRequest: Bool {
        UInt32(hd.type) == NGHTTP2_HEADERS.rawValue && headers.cat == NGHTTP2_HCAT_REQUEST
    }

    /// Whether it is a RST_STREAM for a reason.
    fileprivate var isFailure: Bool {
        UInt32(hd.type) == NGHTTP2_RST_STREAM.rawValue && rst_stream.error_code != NGHTTP2_NO_ERROR.rawValue
    }
}

extension HTTP2Connection {
    fileprivate static func borrowed(_ user: UnsafeMutableRawPointer?) -> HTTP2Connection? {
        user.map { Unmanaged<HTTP2Connection>.fromOpaque($0).takeUnretainedValue() }
    }
}
