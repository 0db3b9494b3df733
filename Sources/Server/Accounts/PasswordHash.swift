/// The hash of a password with all that is needed to compute it again, in the usual text form
/// (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
struct PasswordHash: Equatable {
    private static let prefix = "$argon2id$v=19$"

    /// In KiB.
    let memory: UInt32
    let passes: UInt32
    let lanes: UInt32
    let salt: [UInt8]
    let digest: [UInt8]

    init(memory: UInt32, passes: UInt32, lanes: UInt32, salt: [UInt8], digest: [UInt8]) {
        self.memory = memory
        self.passes = passes
        self.lanes = lanes
        self.salt = salt
        self.digest = digest
    }

    /// nil for anything but the form above.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, let salt = Base64.decode(String(parts[1])), let digest = Base64.decode(String(parts[2]))
        else { return nil }
        var numbers: [UInt32] = []
        for (part, name) in zip(parts[0].split(separator: ","), ["m=", "t=", "p="]) {
            guard part.hasPrefix(name), let number = UInt32(part.dropFirst(2)) else { return nil }
            numbers.append(number)
        }
        guard numbers.count == 3, !digest.isEmpty else { return nil }
        self.init(memory: numbers[0], passes: numbers[1], lanes: numbers[2], salt: salt, digest: digest)
    }

    var text: String {
        "\(Self.prefix)m=\(memory),t=\(passes),p=\(lanes)$\(Base64.encode(salt))$\(Base64.encode(digest))"
    }

    /// Whether the digests are equal, in a time that does not tell where they differ.
    func matches(_ other: [UInt8]) -> Bool {
        guard digest.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in digest.indices { difference |= digest[index] ^ other[index] }
        return difference == 0
    }
}
