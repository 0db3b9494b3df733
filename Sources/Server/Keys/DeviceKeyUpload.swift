import JSON
import MatrixAPI
import Store

/// The body of `POST /keys/upload`, checked.
struct DeviceKeyUpload: Sendable {
    /// More keys of a kind are refused, at once and of a device: clients keep about fifty.
    static let maximumKeys = 1000

    let deviceKeys: [UInt8]?
    let oneTimeKeys: [StoredDeviceKey]
    let fallbackKeys: [StoredDeviceKey]

    /// - Throws: `M_INVALID_PARAM` or `M_BAD_JSON`, naming what is wrong.
    init(_ body: JSONValue, user: UserID, device: DeviceID) throws {
        if let keys = try body.optionalObject("device_keys") {
            guard keys["user_id"]?.string == user.string, keys["device_id"]?.string == device.string else {
                throw MatrixError.invalidParam("device_keys must name the member and device that upload them")
            }
            guard keys["keys"]?.isObject == true, keys["signatures"]?.isObject == true,
                keys["algorithms"]?.isArray == true
            else { throw MatrixError.badJSON("device_keys lacks algorithms, keys or signatures") }
            deviceKeys = try Self.canonical(keys)
        } else {
            deviceKeys = nil
        }
        oneTimeKeys = try Self.keys(body, "one_time_keys")
        fallbackKeys = try Self.keys(body, "fallback_keys")
    }

    private static func keys(_ body: JSONValue, _ name: String) throws -> [StoredDeviceKey] {
        // Before the name was stable, clients used the prefixed one.
        let object = try body.optionalObject(name) ?? body.optionalObject("org.matrix.msc2732.\(name)")
        guard let members = object?.object else { return [] }
        guard members.count <= maximumKeys else { throw MatrixError.invalidParam("Too many keys in \(name)") }
        return try members.map { name, value in
            guard let colon = name.firstIndex(of: ":"), name.utf8.count <= 255, value.isObject || value.string != nil
            else { throw MatrixError.invalidParam("\(name) is not the name of a key, or its value not a key") }
            return StoredDeviceKey(
                algorithm: String(name[..<colon]), keyID: String(name[name.index(after: colon)...]),
                json: try canonical(value))
        }
    }

    static func canonical(_ value: JSONValue) throws -> [UInt8] {
        do {
            return try value.canonical()
        } catch {
            throw MatrixError.badJSON("Keys must be canonical JSON: \(error)")
        }
    }
}
