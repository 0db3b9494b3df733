package import HTTP

/// What second servers may learn of conversations.
package struct SessionSettings: Sendable, Equatable {
    /// How long after its last message a conversation still counts as active.
    package var activeWithin = Duration.seconds(600)
    /// Networks in which an address stands for the member who is connected from it.
    package var addressNetworks: [AddressRange] = []

    package init() {}
}
