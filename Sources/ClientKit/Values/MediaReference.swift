/// A file on a Matrix server, with what its sender said of it.
package struct MediaReference: Sendable, Hashable {
    /// `mxc://server/id`; `file://` and a path while an own file waits to be sent.
    package var uri: String
    package var mimeType: String?
    /// Bytes.
    package var size: Int64?
    /// Pixels.
    package var width: Int?
    package var height: Int?
    /// Milliseconds.
    package var duration: Int64?
    package var name: String?
    package var blurhash: String?
    /// The address of a film's still.
    package var thumbnail: String?

    package init(
        uri: String, mimeType: String? = nil, size: Int64? = nil, width: Int? = nil, height: Int? = nil,
        duration: Int64? = nil, name: String? = nil, blurhash: String? = nil,
        thumbnail: String? = nil
    ) {
        self.uri = uri
        self.mimeType = mimeType
        self.size = size
        self.width = width
        self.height = height
        self.duration = duration
        self.name = name
        self.blurhash = blurhash
        self.thumbnail = thumbnail
    }
}
