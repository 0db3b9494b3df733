/// A size in which thumbnails are made. There are few, so that nobody can fill the disk by asking for many.
package struct ThumbnailSize: Hashable, Sendable, CustomStringConvertible {
    package enum Method: String, Sendable {
        /// Fills the size; what does not fit is cut off.
        case crop
        /// Fits into the size, whole.
        case scale
    }

    /// In pixels.
    package let width: Int
    package let height: Int
    package let method: Method

    package var description: String { "\(width)x\(height)-\(method.rawValue)" }

    /// Smallest first. Source: Client-Server API, "Thumbnails", the sizes that servers should have.
    package static let all = [
        ThumbnailSize(width: 32, height: 32, method: .crop), ThumbnailSize(width: 96, height: 96, method: .crop),
        ThumbnailSize(width: 320, height: 240, method: .scale), ThumbnailSize(width: 640, height: 480, method: .scale),
        ThumbnailSize(width: 800, height: 600, method: .scale),
    ]

    /// The smallest that is at least as large as what is asked for; the largest when none is.
    package static func serving(width: Int, height: Int, method: Method) -> ThumbnailSize {
        // A small picture that is cut is better shown from a scaled one than enlarged.
        let candidates = all.filter { $0.method == method || method == .crop }
        return candidates.first { $0.width >= width && $0.height >= height } ?? all[all.count - 1]
    }
}
