/// The portal: the space that every member is in, and what is in it.
package struct PortalSettings: Sendable, Equatable {
    package var isEnabled = true
    /// The name of the portal, and of the account that speaks for it.
    package var name = "Mado"

    package init() {}
}
