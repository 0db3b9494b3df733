/// A format of pictures that thumbnails are made of, told by a file's first bytes and not by what its uploader said.
package enum PictureFormat: Sendable {
    case jpeg, png, gif, webp

    package var mediaType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .gif: "image/gif"
        case .webp: "image/webp"
        }
    }

    /// nil for anything else, and for what cannot be read.
    package init?(of file: StoredFile) {
        guard let start = try? file.read(at: 0, count: 12) else { return nil }
        self.init(beginning: start[...])
    }

    /// - Parameter start: the first twelve bytes, or all when there are fewer.
    package init?(beginning start: ArraySlice<UInt8>) {
        switch true {
        case start.starts(with: [0xFF, 0xD8, 0xFF]): self = .jpeg
        case start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]): self = .png
        case start.starts(with: "GIF8".utf8): self = .gif
        case start.starts(with: "RIFF".utf8) && start.dropFirst(8).elementsEqual("WEBP".utf8): self = .webp
        default: return nil
        }
    }
}
