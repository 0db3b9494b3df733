/// Previews of links: the server fetches the pages that members' messages name.
package struct PreviewSettings: Sendable, Equatable {
    package var isEnabled = true
    /// Hosts that are not asked.
    package var deniedHosts: [HostPattern] = []
    /// How long a preview is shown before the page is asked again.
    package var lifetime = Duration.seconds(3600)
    /// What is read of a page, and of its picture, in bytes.
    package var maximumPageBytes = 1 << 20
    package var maximumPictureBytes = 5 << 20

    package init() {}
}
