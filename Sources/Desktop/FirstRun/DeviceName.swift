import Glibc

/// What this device is called in the list of one's devices.
enum DeviceName {
    static var `default`: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "Mado Desktop" }
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "Mado Desktop (\(host))"
    }
}
