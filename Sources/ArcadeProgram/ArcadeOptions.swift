import Arcade
import Glibc
import HTTP
import Server

/// What `mado-arcade` was told on its command line.
struct ArcadeOptions {
    /// Why a command line is wrong.
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    static let help = """
        Usage: mado-arcade --data DIR --first-server NAME=URL --token NAME=FILE [OPTION…]

        Games and shared viewing for people who are talking on Mado servers.

          --data DIR                The folder that holds everything the arcade keeps.
          --first-server NAME=URL[,URL]
                                    A server whose members may come: its server name and address, and the address for
                                    people's browsers where that is another. Repeatable.
          --token NAME=FILE         What `mado second-server add` printed there, in a file. One for each.
          --listen URL              http://… or https://… to serve on (default: http://127.0.0.1:8450). Repeatable.
          --url URL                 Where people reach it, with a slash at its end (default: the first --listen).
          --certificate FILE        For https: PEM file with the certificate and its chain, read again on SIGHUP …
          --key FILE                … and its key. Without them the arcade makes its own.
          --authority FILE          Certificates to trust besides the system's: that of a first server's ca.crt.
          --trusted-proxy RANGE     Proxies whose word is believed about who connected to them. Repeatable.
          --no-rate-limits          Switch all rate limits off.
          --log-level LEVEL         debug, info, warning or error.
          --help                    This text.
        """

    private(set) var data = ""
    private(set) var listeners: [ListenerURL] = []
    private(set) var url = ""
    private(set) var firstServers: [FirstServer] = []
    private(set) var certificate: String?
    private(set) var key: String?
    private(set) var authority: String?
    private(set) var trustedProxies: [AddressRange] = []
    private(set) var hasRateLimits = true
    private(set) var wantsHelp = false
    private(set) var log = LogSettings()

    /// - Throws: `Wrong`; also for a token's file that cannot be read.
    init(_ words: [String]) throws(Wrong) {
        var rest = words[...]
        var servers: [(name: String, urls: [String])] = []
        var tokens: [String: String] = [:]
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h": wantsHelp = true
            case "--no-rate-limits": hasRateLimits = false
            default:
                guard let value = rest.popFirst() else { throw Wrong(description: "\(word) needs a value") }
                switch word {
                case "--first-server":
                    let (name, urls) = try Self.pair(word, value)
                    servers.append((name, urls.split(separator: ",").map(Self.withoutSlash)))
                case "--token":
                    let (name, file) = try Self.pair(word, value)
                    tokens[name] = try Self.token(file)
                default: try set(word, value)
                }
            }
        }
        guard !wantsHelp else { return }
        if listeners.isEmpty { listeners = [ListenerURL(isSecure: false, host: "127.0.0.1", port: 8450)] }
        if url.isEmpty { url = "\(listeners[0])/" }
        guard !data.isEmpty else { throw Wrong(description: "--data is missing") }
        guard !servers.isEmpty else { throw Wrong(description: "--first-server is missing") }
        for server in servers {
            guard let token = tokens[server.name] else {
                throw Wrong(description: "--token \(server.name)=FILE is missing")
            }
            guard let url = server.urls.first, let publicURL = server.urls.last else {
                throw Wrong(description: "--first-server \(server.name)=… has no address")
            }
            firstServers.append(FirstServer(name: server.name, url: url, publicURL: publicURL, token: token))
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Wrong) {
        switch name {
        case "--data": data = value
        case "--listen":
            guard let listener = ListenerURL(value) else {
                throw Wrong(description: "--listen takes an address like http://127.0.0.1:8450")
            }
            listeners.append(listener)
        case "--url":
            guard value.hasSuffix("/"), value.hasPrefix("http") else {
                throw Wrong(description: "--url begins with http:// or https:// and ends with /")
            }
            url = value
        case "--certificate": certificate = value
        case "--key": key = value
        case "--authority": authority = value
        case "--trusted-proxy":
            guard let range = AddressRange(value) else {
                throw Wrong(description: "--trusted-proxy takes an address or a range like 10.0.0.0/8")
            }
            trustedProxies.append(range)
        case "--log-level":
            guard let level = LogLevel(rawValue: value) else {
                throw Wrong(description: "--log-level is debug, info, warning or error")
            }
            log.level = level
        default: throw Wrong(description: "unknown option \(name)")
        }
    }

    private static func withoutSlash(_ url: Substring) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : String(url)
    }

    private static func pair(_ option: String, _ value: String) throws(Wrong) -> (String, String) {
        guard let equals = value.firstIndex(of: "="), equals != value.startIndex else {
            throw Wrong(description: "\(option) takes NAME=…")
        }
        return (String(value[..<equals]), String(value[value.index(after: equals)...]))
    }

    private static func token(_ path: String) throws(Wrong) -> String {
        do {
            let text = String(decoding: try SystemFile.read(path), as: UTF8.self)
            let token = text.filter { !$0.isWhitespace }
            guard !token.isEmpty else { throw Wrong(description: "\(path) is empty") }
            return token
        } catch let error as Wrong {
            throw error
        } catch {
            throw Wrong(description: "\(error)")
        }
    }
}
