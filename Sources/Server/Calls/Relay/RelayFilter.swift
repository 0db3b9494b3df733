import HTTP
package import MatrixAPI

/// What passes between one client and the relay: a state machine without I/O.
///
/// All of TURN that may pass is named here; what is not named ends the connection. Nothing goes to a place that
/// ``RelayDestinations`` does not permit at that moment, and what is bound to a channel is looked up again with each packet.
/// The relay itself is told to refuse the same addresses; it cannot look at ports.
package struct RelayFilter {
    package enum Verdict: Equatable {
        case forward
        /// As RFC 8656 has it for indications and channels that lead nowhere.
        case drop
        /// Not passed on, but answered.
        case answer([UInt8])
        case close
    }

    /// What the relay's answers tell.
    package enum News: Equatable {
        case allocated(UserID, [TransportAddress])
        case released
    }

    /// Requests of one kind whose answers are awaited; a client has no use for more.
    private static let maximumPending = 64

    private let destinations: RelayDestinations
    private let credentials: RelayCredentials
    private var allocating: [ArraySlice<UInt8>: UserID] = [:]
    private var binding: [ArraySlice<UInt8>: (channel: UInt16, peer: TransportAddress)] = [:]
    private var channels: [UInt16: TransportAddress] = [:]

    package init(destinations: RelayDestinations, credentials: RelayCredentials) {
        self.destinations = destinations
        self.credentials = credentials
    }

    // MARK: From the client

    package mutating func received(_ frame: TURNFraming.Frame) -> Verdict {
        switch frame {
        case .channelData(let channel, _):
            return channels[channel].map(destinations.permit) == true ? .forward : .drop
        case .message(let bytes):
            guard let message = STUNMessage(bytes), let method = message.method else { return .close }
            switch (message.kind, method) {
            case (.request, .binding), (.indication, .binding), (.request, .refresh): return .forward
            case (.request, .allocate): return allocate(message)
            case (.request, .createPermission): return createPermission(message)
            case (.request, .channelBind): return bind(message)
            case (.indication, .send): return send(message)
            default: return .close
            }
        }
    }

    private mutating func allocate(_ message: STUNMessage) -> Verdict {
        // UDP and nothing else; without the attribute the relay complains.
        if let transport = message.value(.requestedTransport), transport.first != 17 {
            return .answer(refusal(of: message, 442, "Unsupported Transport Protocol"))
        }
        if let name = message.text(.username), let user = RelayCredentials.member(of: name) {
            let key = Self.key(message)
            // One that is sent again is no other: its answer would be taken for that of the first.
            guard allocating[key] == nil else { return .drop }
            guard allocating.count < Self.maximumPending else { return .close }
            allocating[key] = user
        }
        return .forward
    }

    private func createPermission(_ message: STUNMessage) -> Verdict {
        guard let peers = message.addresses(.peerAddress) else { return .close }
        guard peers.allSatisfy({ destinations.permit($0.address) }) else {
            return .answer(refusal(of: message, 403, "Forbidden"))
        }
        return .forward
    }

    private mutating func bind(_ message: STUNMessage) -> Verdict {
        guard let peers = message.addresses(.peerAddress) else { return .close }
        guard let peer = peers.first, peers.count == 1, let channel = message.channel, destinations.permit(peer) else {
            return .answer(refusal(of: message, 403, "Forbidden"))
        }
        let key = Self.key(message)
        guard binding[key] == nil else { return .drop }
        guard binding.count < Self.maximumPending else { return .close }
        binding[key] = (channel, peer)
        return .forward
    }

    private func send(_ message: STUNMessage) -> Verdict {
        guard let peers = message.addresses(.peerAddress) else { return .close }
        return peers.count == 1 && destinations.permit(peers[0]) ? .forward : .drop
    }

    // MARK: From the relay

    /// Takes note of what the relay answers; all of it is passed on.
    package mutating func answered(_ frame: TURNFraming.Frame) -> News? {
        guard case .message(let bytes) = frame, let message = STUNMessage(bytes) else { return nil }
        switch (message.kind, message.method) {
        case (.success, .allocate):
            guard let user = allocating.removeValue(forKey: Self.key(message)) else { return nil }
            return .allocated(user, message.addresses(.relayedAddress) ?? [])
        case (.failure, .allocate): allocating[Self.key(message)] = nil
        case (.success, .channelBind):
            guard let bound = binding.removeValue(forKey: Self.key(message)) else { return nil }
            channels[bound.channel] = bound.peer
        case (.failure, .channelBind): binding[Self.key(message)] = nil
        case (.success, .refresh) where message.lifetime == 0:
            channels = [:]
            return .released
        default: break
        }
        return nil
    }

    /// A copy, so that it does not hold the whole of what was received.
    private static func key(_ message: STUNMessage) -> ArraySlice<UInt8> { Array(message.transaction)[...] }

    // MARK: Refusing

    /// An error of our own, sealed as the relay would seal it, so that clients believe it and go on with another way.
    private func refusal(of message: STUNMessage, _ code: Int, _ reason: String) -> [UInt8] {
        guard let method = message.method else { return [] }
        var text = Array(reason.utf8)
        let length = 4 + text.count
        while !text.count.isMultiple(of: 4) { text.append(0) }
        var attributes: [UInt8] = [0, 9, 0, UInt8(length), 0, 0, UInt8(code / 100), UInt8(code % 100)]
        attributes += text
        let name = message.value(.messageIntegrity) == nil ? nil : message.text(.username)
        let whole = attributes.count + (name == nil ? 0 : 24)
        // Methods of fewer than five bits stand in the lowest bits.
        var answer: [UInt8] = [0x01, 0x10 | UInt8(method.rawValue), UInt8(whole >> 8), UInt8(whole & 0xff)]
        answer += [0x21, 0x12, 0xa4, 0x42]
        answer += message.transaction
        answer += attributes
        guard let name else { return answer }
        let seal = credentials.integrity(of: answer, name: name)
        return answer + [0, 8, 0, 20] + seal
    }
}
