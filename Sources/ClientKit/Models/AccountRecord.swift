import JSON

/// What is kept of an account in the list of accounts. Its secrets are in the secret store.
struct AccountRecord: Sendable, Equatable {
    var userID: String
    var deviceID: String
    var serverName: String
    var baseURL: String
    var isMado: Bool
    var network = NetworkSettings()
    var mode = ConnectionMode.continuous { didSet { if mode != .offline { onlineMode = mode } } }
    /// The last mode that was not offline, to which working offline returns.
    private(set) var onlineMode = ConnectionMode.continuous

    /// Names of the account's secrets.
    var tokenName: String { "token \(userID)" }
    var proxyPasswordName: String { "proxy \(userID)" }

    /// A name for files and folders: user ids can have letters that paths cannot.
    var fileName: String {
        var name = ""
        for byte in userID.dropFirst().utf8 {
            let character = Character(Unicode.Scalar(byte))
            let isSafe = byte < 0x80 && (character.isLetter || character.isNumber || character == "-")
            name += isSafe ? String(character) : "=" + String(byte, radix: 16)
        }
        return String(name.prefix(200))
    }

    init(userID: String, deviceID: String, serverName: String, baseURL: String, isMado: Bool) {
        self.userID = userID
        self.deviceID = deviceID
        self.serverName = serverName
        self.baseURL = baseURL
        self.isMado = isMado
    }

    init?(_ value: JSONValue) {
        guard let userID = value["user_id"]?.string, let deviceID = value["device_id"]?.string,
            let baseURL = value["base_url"]?.string
        else { return nil }
        self.init(
            userID: userID, deviceID: deviceID, serverName: value["server_name"]?.string ?? "", baseURL: baseURL,
            isMado: value["is_mado"]?.bool ?? false)
        network.proxyUser = value["proxy_user"]?.string
        network.authorityFile = value["authority_file"]?.string
        switch (value["proxy"]?.string, value["proxy_url"]?.string) {
        case ("none", _): network.proxy = .none
        case ("manual", let url?): network.proxy = .manual(url: url)
        case ("automatic", let url?): network.proxy = .automatic(url: url)
        default: network.proxy = .system
        }
        let isOffline = value["mode"]?.string == "offline"
        switch value[isOffline ? "online_mode" : "mode"]?.string {
        case "interval": onlineMode = .interval(minutes: Int(clamping: value["minutes"]?.int ?? 15))
        case "times": onlineMode = .times(value["times"]?.array?.compactMap { $0.int.map { Int(clamping: $0) } } ?? [])
        default: onlineMode = .continuous
        }
        mode = isOffline ? .offline : onlineMode
    }

    /// Takes over when another record of the same account is connected.
    mutating func takeModes(of other: AccountRecord) {
        mode = other.onlineMode
        mode = other.mode
    }

    func write(to array: inout JSONWriter) {
        array.object { object in
            object.member("user_id", userID)
            object.member("device_id", deviceID)
            object.member("server_name", serverName)
            object.member("base_url", baseURL)
            object.member("is_mado", isMado)
            object.memberIfPresent("proxy_user", network.proxyUser)
            object.memberIfPresent("authority_file", network.authorityFile)
            switch network.proxy {
            case .system: object.member("proxy", "system")
            case .none: object.member("proxy", "none")
            case .manual(let url):
                object.member("proxy", "manual")
                object.member("proxy_url", url)
            case .automatic(let url):
                object.member("proxy", "automatic")
                object.member("proxy_url", url)
            }
            if mode == .offline { object.member("mode", "offline") }
            let name = mode == .offline ? "online_mode" : "mode"
            switch onlineMode {
            case .continuous, .offline: object.member(name, "continuous")
            case .interval(let minutes):
                object.member(name, "interval")
                object.member("minutes", minutes)
            case .times(let times):
                object.member(name, "times")
                object.array("times") { array in for time in times { array.value(time) } }
            }
        }
    }
}
