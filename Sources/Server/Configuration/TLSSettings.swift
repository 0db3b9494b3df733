/// The certificate that `https` listeners show.
package struct TLSSettings: Sendable, Equatable {
    /// PEM file with the certificate and its chain; nil: Mado makes one, signed by a local authority.
    package var certificateFile: String?
    /// PEM file with the private key that belongs to it.
    package var keyFile: String?
    /// Names and addresses that the certificate made by Mado holds beside the usual ones.
    package var extraNames: [String] = []

    package init() {}
}
