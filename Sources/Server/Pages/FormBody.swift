import HTTP
import MatrixAPI

extension Request {
    /// The fields of a form that a browser posted (`application/x-www-form-urlencoded`); of an endpoint that takes its
    /// body part by part.
    /// - Throws: `M_TOO_LARGE` above 64 KiB, `HTTPBodyError`.
    func form() async throws -> [String: String] {
        var bytes: [UInt8] = []
        while let part = try await stream?.next() {
            bytes += part
            guard bytes.count <= 65_536 else { throw MatrixError(413, .tooLarge, "The form is too large") }
        }
        let items = PercentEncoding.queryItems(String(decoding: bytes, as: UTF8.self))
        return Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
