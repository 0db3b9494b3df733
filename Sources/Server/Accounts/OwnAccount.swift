/// What members do with their own account: who am I, another password, an end of it.
package final class OwnAccount: Sendable {
    let accounts: Accounts
    let authentication: InteractiveAuthentication
    /// nil on a server that sends no mail.
    let addresses: ContactAddresses?

    package init(accounts: Accounts, authentication: InteractiveAuthentication, addresses: ContactAddresses? = nil) {
        self.addresses = addresses
        self.accounts = accounts
        self.authentication = authentication
    }
}
