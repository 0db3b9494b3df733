/// What the proof of an address is for. One that was given for one is good for no other.
package enum AddressPurpose: String, Sendable, CaseIterable {
    /// Adding it to the own account.
    case add
    /// Making an account.
    case register
    /// Another password for the account that the address belongs to.
    case password
}
