import MatrixAPI
import Testing

@testable import Server

@Suite("Password hashing")
struct PasswordHasherTests {
    private static let cheap = PasswordHashing(memory: 64, passes: 1, simultaneous: 2)

    @Test("the right password, a wrong one, none")
    func verify() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let hash = try await hasher.hash("pässword 🔑")
        #expect(try await hasher.verify("pässword 🔑", against: hash))
        #expect(try await !hasher.verify("pässword", against: hash))
        #expect(try await !hasher.verify("pässword 🔑", against: nil))
        #expect(hasher.computations == 4)
    }

    @Test("a fresh salt each time")
    func salt() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let first = try await hasher.hash("the same")
        #expect(try await hasher.hash("the same") != first)
    }

    @Test("hashes made at another cost are still recognised")
    func otherCost() async throws {
        let hash = try await PasswordHasher(cost: Self.cheap).hash("a password")
        let dearer = PasswordHasher(cost: PasswordHashing(memory: 128, passes: 2, simultaneous: 1))
        #expect(try await dearer.verify("a password", against: hash))
    }

    @Test("the default cost is that of the recommendation")
    func defaultCost() async throws {
        let hash = try await PasswordHasher(cost: PasswordHashing()).hash("a password")
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    }

    @Test("a damaged hash is no password")
    func damaged() async throws {
        #expect(try await !PasswordHasher(cost: Self.cheap).verify("a password", against: "$argon2id$rubbish"))
    }

    @Test("parameters that Argon2 does not take are an error, not a crash")
    func impossibleCost() async throws {
        let hasher = PasswordHasher(cost: PasswordHashing(memory: 1, passes: 0, simultaneous: 1))
        await #expect(throws: PasswordHashingError.self) { try await hasher.hash("a password") }
    }

    @Test("hashes that the reference implementation made are recognised")
    func reference() async throws {
        // argon2id_hash_encoded of "password" and "somesalt", two passes over 64 KiB, one and two lanes.
        let hasher = PasswordHasher(cost: Self.cheap)
        for hash in [
            "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$FqGkmHNGCd0BRW2kBt6fPZ2pPmyGwwChL8FGUhTOSSI",
            "$argon2id$v=19$m=64,t=2,p=2$c29tZXNhbHQ$lDh0Fd+4TtGXdGWh6GJgc630K9Turh+qHdTiOh/2hZ8",
        ] {
            #expect(try await hasher.verify("password", against: hash))
            #expect(try await !hasher.verify("passwort", against: hash))
        }
    }

    @Test(
        "texts that are no hash",
        arguments: [
            "", "$argon2id$", "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=2$c29t$aGFzaA",
            "$argon2id$v=19$t=2,m=64,p=1$c29tZXNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$",
            "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$*", "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$aGFzaA",
        ])
    func noHash(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test("a hash's text leads back to it")
    func roundTrip() throws {
        let hash = PasswordHash(memory: 64, passes: 1, lanes: 2, salt: [1, 2, 3], digest: [4, 5])
        #expect(hash.text == "$argon2id$v=19$m=64,t=1,p=2$AQID$BAU")
        #expect(PasswordHash(hash.text) == hash)
        #expect(hash.matches([4, 5]))
        #expect(!hash.matches([4, 6]))
        #expect(!hash.matches([4]))
    }
}
