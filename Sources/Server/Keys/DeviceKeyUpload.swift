import JSON
import MatrixAPI
import Store

/// The body of `POST /keys/upload`, checked.
struct DeviceKeyUpload: Sendable {
    /// More keys of a kind are refused, at once and of a device: clients keep about fifty.
    static let maximumKeys = 1000

    let deviceKeys: [UInt8]?
    /// The device's public Ed25519 key, when it is part of the upload.
    let signingKey: String?
    let oneTimeKeys: [StoredDeviceKey]
    let fallbackKeys: [StoredDeviceKey]

    /// - Throws: `M_INVALID_PARAM` or `M_BAD_JSON`, naming what is wrong; `M_INVALID_SIGNATURE` when the device did not
    ///   sign its own keys.
    init(_ body: JSONValue, user: UserID, device: DeviceID) throws {
        if let keys = try body.optionalObject("device_keys") {
            guard keys["user_id"]?.string == user.string, keys["device_id"]?.string == device.string else {
                throw MatrixError.invalidParam("device_keys must name the member and device that upload them")
            }
            guard keys["keys"]?.isObject == true, keys["signatures"]?.isObject == true,
                keys["algorithms"]?.isArray == true
            else { throw MatrixError.badJSON("device_keys lacks algorithms, keys or signatures") }
            deviceKeys = try Self.canonical(keys)
            guard let key = Self.signingKey(of: device, keys), try Self.isSigned(keys, by: device, of: user, key: key)
            else { throw MatrixError.invalidSignature("device_keys lacks the signature of the device's Ed25519 key") }
            signingKey = key
        } else {
            (deviceKeys, signingKey) = (nil, nil)
        }
        oneTimeKeys = try Self.keys(body, "one_time_keys")
        fallbackKeys = try Self.keys(body, "fallback_keys")
    }

    /// Of keys for signing whose device is known, each is signed by it.
    ///
    /// Others would find that they are not only when they want to write to the device, and could tell nobody.
    /// - Parameter key: the device's public Ed25519 key.
    /// - Throws: `M_INVALID_SIGNATURE`.
    func requireSignatures(by device: DeviceID, of user: UserID, key: String) throws {
        for signed in oneTimeKeys + fallbackKeys where signed.algorithm.hasPrefix("signed_") {
            guard try Self.isSigned(try JSONValue.stored(signed.json), by: device, of: user, key: key) else {
                throw MatrixError.invalidSignature(
                    "\(signed.algorithm):\(signed.keyID) lacks the signature of the device's Ed25519 key")
            }
        }
    }

    /// The public Ed25519 key in a device's keys.
    static func signingKey(of device: DeviceID, _ keys: JSONValue) -> String? {
        keys.string("keys", "ed25519:\(device)")
    }

    private static func isSigned(_ object: JSONValue, by device: DeviceID, of user: UserID, key: String) throws -> Bool
    {
        guard let signature = object.string("signatures", user.string, "ed25519:\(device)") else { return false }
        return Ed25519.isValid(signature, of: try SignedKey.signedBytes(of: object), key: key)
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
