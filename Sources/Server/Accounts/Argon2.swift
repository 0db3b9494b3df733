import CArgon2
import Glibc

/// Argon2id in memory that goes back to the system at once: the C library's allocator would keep it, and a server
/// that is idle would hold what its busiest moment took.
enum Argon2 {
    /// Computes a digest. Blocks, for as long as it is meant to take.
    /// - Throws: `PasswordHashingError`
    static func digest(
        of password: String, salt: [UInt8], memory: UInt32, passes: UInt32, lanes: UInt32, length: Int
    ) throws(PasswordHashingError) -> [UInt8] {
        var password = Array(password.utf8)
        var salt = salt
        var digest = [UInt8](repeating: 0, count: length)
        let result = digest.withUnsafeMutableBufferPointer { digest in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    var context = argon2_context()
                    context.out = digest.baseAddress
                    context.outlen = UInt32(digest.count)
                    context.pwd = password.baseAddress
                    context.pwdlen = UInt32(password.count)
                    context.salt = salt.baseAddress
                    context.saltlen = UInt32(salt.count)
                    context.m_cost = memory
                    context.t_cost = passes
                    context.lanes = lanes
                    context.threads = 1
                    context.version = ARGON2_VERSION_13.rawValue
                    context.allocate_cbk = allocate
                    context.free_cbk = { memory, size in munmap(memory, size) }
                    return argon2_ctx(&context, Argon2_id)
                }
            }
        }
        guard result == ARGON2_OK.rawValue else {
            throw PasswordHashingError(reason: String(cString: argon2_error_message(result)))
        }
        return digest
    }

    private static let allocate: @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, Int) -> Int32 = {
        place, size in
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let place, let memory, memory != MAP_FAILED else { return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue }
        place.pointee = memory.assumingMemoryBound(to: UInt8.self)
        return ARGON2_OK.rawValue
    }
}
