import JSON
import MatrixAPI

extension SlidingExtensions {
    /// As many messages to a device as a client may ask for at once.
    private static let maximumMessages = SyncChanges.toDeviceLimit

    /// Names that are not known are ignored, as those of features that the server does not have.
    init(_ value: JSONValue, _ dialect: SlidingDialect) throws {
        guard let members = value.object else { return }
        for (key, config) in members {
            let name = dialect == .stable ? Self.withoutPrefix(key) : key
            guard config.isObject else { throw MatrixError.badJSON("extensions.\(key) must be an object") }
            guard try config.optionalBool("enabled") ?? false else { continue }
            switch name {
            case "to_device": toDevice = try ToDevice(config)
            case "e2ee": wantsEncryption = true
            case "account_data": accountData = try Scope(config)
            case "receipts": receipts = try Scope(config)
            case "typing": typing = try Scope(config)
            default: continue
            }
            keys[name] = key
        }
    }

    /// On the stable endpoint, extensions have a prefix until their own proposals are accepted.
    ///
    /// Source: MSC4508, "Unstable prefix".
    private static func withoutPrefix(_ key: String) -> String {
        let prefix = "org.matrix.msc"
        guard key.hasPrefix(prefix), let dot = key.dropFirst(prefix.count).firstIndex(of: "."),
            key[key.index(key.startIndex, offsetBy: prefix.count)..<dot].utf8.allSatisfy({ (48...57).contains($0) })
        else { return key }
        return String(key[key.index(after: dot)...])
    }
}

extension SlidingExtensions.ToDevice {
    fileprivate init(_ config: JSONValue) throws {
        if let text = try config.optionalString("since") {
            guard let since = Int64(text), since >= 0 else {
                throw MatrixError.invalidParam("extensions.to_device.since is not one of this server")
            }
            self.since = since
        }
        let wanted = try config.optionalInt("limit") ?? Int64(SyncChanges.toDeviceLimit)
        guard wanted > 0 else { throw MatrixError.invalidParam("extensions.to_device.limit must be above 0") }
        limit = Int(min(wanted, Int64(SyncChanges.toDeviceLimit)))
    }
}

extension SlidingExtensions.Scope {
    fileprivate init(_ config: JSONValue) throws {
        func names(_ key: String) throws -> [String]? {
            guard let value = config[key], !value.isNull else { return nil }
            let names = try config.optionalStrings(key)
            return names.contains("*") ? nil : names
        }
        lists = try names("lists").map { Set($0) }
        rooms = try names("rooms").map { Set($0.compactMap { RoomID($0) }) }
    }
}
