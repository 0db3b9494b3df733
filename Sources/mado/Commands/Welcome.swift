import Server

/// What to do next, for the person who started a server.
enum Welcome {
    static func text(_ configuration: ServerConfiguration) -> String {
        let url = configuration.publicURL
        var lines = ["", "  Mado is running: \(url)", ""]
        lines.append("  Open that address in a browser, or give it to a Matrix client as its homeserver.")
        if configuration.listeners.contains(where: \.isSecure), configuration.tls.certificateFile == nil {
            let authority = LocalAuthority(folder: DataFolder(path: configuration.dataFolder).certificatesFolder)
            lines.append("  Clients must trust \(authority.authorityFile) (also at \(url)/ca.crt).")
        }
        if configuration.isDemo {
            let names = Demonstration.names.prefix(3).joined(separator: ", ") + " (and others)"
            lines.append("  Sign in as \(names); the password of each is \(Demonstration.password).")
        } else {
            lines.append("  Make members with: mado member add NAME --data \(configuration.dataFolder)")
        }
        lines.append("  Stop with Ctrl-C.")
        return lines.joined(separator: "\n") + "\n"
    }
}
