/// The host of an `http` or `https` address, for comparing it with those that are denied.
struct LinkAddress {
    /// In lower case, without brackets.
    let host: String

    /// nil for what has another scheme, no host, or a name and password in it.
    init?(_ link: String) {
        let lower = link.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else { return nil }
        let authority = lower.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        guard !authority.contains("@") else { return nil }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<end])
        } else {
            host = String(authority.prefix { $0 != ":" })
        }
        guard !host.isEmpty else { return nil }
    }
}
