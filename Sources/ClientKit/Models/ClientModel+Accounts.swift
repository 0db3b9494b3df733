extension ClientModel {
    /// Reads settings and accounts from the disk and starts the accounts.
    package func open() async throws {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func discover(_ nameOrURL: String, network: NetworkSettings) async throws -> ServerDescription {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func logIn(
        _ server: ServerDescription, user: String, password: String, deviceName: String, network: NetworkSettings
    ) async throws -> AccountModel {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func logIn(
        _ server: ServerDescription, token: String, deviceName: String, network: NetworkSettings
    ) async throws -> AccountModel {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func register(
        _ server: ServerDescription, user: String, password: String, registrationToken: String?, deviceName: String,
        network: NetworkSettings
    ) async throws -> AccountModel {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    /// Tells the server when it can, and removes what is kept of the account.
    package func logOut(_ account: AccountModel) async {}

    /// Stops the connections and brings everything to the disk.
    package func close() async {}
}
