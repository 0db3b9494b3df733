import COpenSSL

/// Bytes that nobody can guess, from OpenSSL's generator, which the kernel seeds: no system call for each.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // It fails only where the kernel has no randomness to give.
            precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "no random bytes")
            filled = count
        }
    }

    /// A secret or a name for people and clients to carry: URL-safe Base64 of that many random bytes. It does not look like
    /// an option where somebody gives it to a command.
    package static func token(_ count: Int = 24) -> String {
        while true {
            let token = Base64.encodeURLSafe(make(count))
            if !token.hasPrefix("-") { return token }
        }
    }
}
