/// Media types of pictures, by how their files begin.
enum MediaType {
    static func ofFile(_ path: String) -> String {
        let start = AtomicFile.read(path)?.prefix(12) ?? []
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if start.starts(with: Array("GIF8".utf8)) { return "image/gif" }
        if start.starts(with: Array("RIFF".utf8)), start.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            return "image/webp"
        }
        return "application/octet-stream"
    }
}
