/// Programs beside the server that speak for users of their own.
package struct ApplicationServiceSettings: Sendable, Equatable {
    /// Their registration files.
    package var registrations: [String] = []

    package init() {}
}
