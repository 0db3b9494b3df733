/// What a web server answered, after redirects.
package struct FetchedPage: Sendable {
    /// Where it was found at last.
    package let url: String
    package let status: Int
    /// The `Content-Type` field; empty when there was none.
    package let type: String
    package let body: [UInt8]

    package init(url: String, status: Int, type: String, body: [UInt8]) {
        self.url = url
        self.status = status
        self.type = type
        self.body = body
    }
}

/// Fetches what members' links lead to. The implementation keeps to the rules for foreign addresses: each name is
/// resolved once, every address and every redirect checked, and only the checked address connected to.
package protocol PageFetching: Sendable {
    /// - Parameters:
    ///   - accept: what is asked for, as the `Accept` field has it.
    ///   - wanted: how many bytes of a body of this `Content-Type` are read, the rest is left; nil for none. Asked
    ///     before the body is read.
    /// - Throws: when the address may not be asked, or nothing comes in time.
    func fetch(
        _ url: String, accept: String, wanted: @escaping @Sendable (_ type: String) -> Int?
    ) async throws -> FetchedPage

    /// Where `link` leads when it stands in the page at `base`; nil for what leads nowhere.
    func resolve(_ link: String, against base: String) -> String?
}
