import LinuxShims

/// What a registration wants to hear of; errors and hang-ups always come.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let read = Interest(rawValue: MADO_POLL_IN)
    package static let write = Interest(rawValue: MADO_POLL_OUT)
    /// The peer ended its direction of the stream.
    package static let readEnd = Interest(rawValue: MADO_POLL_RDHUP)
    /// Told once per change instead of as long as it is so: the handler has to read or write until it would block.
    package static let edgeTriggered = Interest(rawValue: MADO_POLL_EDGE)
}

/// What a descriptor is ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let read = Readiness(rawValue: MADO_POLL_IN)
    package static let write = Readiness(rawValue: MADO_POLL_OUT)
    package static let readEnd = Readiness(rawValue: MADO_POLL_RDHUP)
    /// The descriptor failed; its error is to be fetched by reading or writing.
    package static let error = Readiness(rawValue: MADO_POLL_ERR)
    /// Both directions are closed.
    package static let hangUp = Readiness(rawValue: MADO_POLL_HUP)

    // The questions that are asked for each event, without a set being made of anything.

    package var isWritable: Bool { rawValue & MADO_POLL_OUT != 0 }
    /// Whether reading would tell something: bytes, the end, or the error.
    package var isReadable: Bool {
        rawValue & (MADO_POLL_IN | MADO_POLL_RDHUP | MADO_POLL_HUP | MADO_POLL_ERR) != 0
    }
    /// Whether nothing can be read or written any more.
    package var isOver: Bool { rawValue & (MADO_POLL_HUP | MADO_POLL_ERR) != 0 }
}

/// The owner of a registered descriptor. Held by its loop until it is deregistered, and called on that loop.
package protocol DescriptorHandler: AnyObject {
    func descriptorReady(_ readiness: Readiness)
}
