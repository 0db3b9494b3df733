/// How far a transfer is, in bytes of the bodies.
package struct TransferProgress: Sendable, Equatable {
    package var sent: Int64
    /// 0 when unknown.
    package var sendTotal: Int64
    package var received: Int64
    /// 0 when unknown.
    package var receiveTotal: Int64

    package init(sent: Int64 = 0, sendTotal: Int64 = 0, received: Int64 = 0, receiveTotal: Int64 = 0) {
        self.sent = sent
        self.sendTotal = sendTotal
        self.received = received
        self.receiveTotal = receiveTotal
    }
}
