/// What members do with their own account: who am I, another password, an end of it.
package final class OwnAccount: Sendable {
    let accounts: Accounts
    let authentication: InteractiveAuthentication

    package init(accounts: Accounts, authentication: InteractiveAuthentication) {
        self.accounts = accounts
        self.authentication = authentication
    }
}
