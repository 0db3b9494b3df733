/// How the server reaches others.
package struct OutboundSettings: Sendable, Equatable {
    /// What may be reached besides the public internet when a member says where.
    package var allowed: [AllowedDestination] = []
    /// `http://`, `https://` or `socks5h://`, with user and password if need be; nil for none. What has an address that
    /// is not public is reached directly.
    package var proxy: String?
    /// PEM file with authorities that are trusted besides the system's.
    package var authorityFile: String?

    package init() {}
}
