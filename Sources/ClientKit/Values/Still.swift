/// The first picture of a film, which is shown before it is played.
package struct Still: Sendable, Equatable {
    /// Of a file, JPEG or PNG.
    package var path: String
    /// Pixels.
    package var width: Int
    package var height: Int
    /// Bytes; known once it waits in the outbox.
    var size: Int64 = 0
    /// The uploaded file's `mxc://` address.
    var upload: String?

    package init(path: String, width: Int, height: Int) {
        self.path = path
        self.width = width
        self.height = height
    }

    func copied(to path: String) -> Still { Still(path: path, width: width, height: height) }
}
