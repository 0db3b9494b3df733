import TestSupport
import Testing

@testable import Server

@Suite struct PersistentMapTests {
    /// Keys with few hash values, so that branches go deep and hashes collide.
    private struct Colliding: Hashable, Sendable {
        let name: Int
        func hash(into hasher: inout Hasher) { hasher.combine(name % 7) }
    }

    @Test func agreesWithADictionaryUnderRandomChanges() {
        var generator = SeededGenerator(seed: 20)
        var map = PersistentMap<Colliding, Int>()
        var dictionary: [Colliding: Int] = [:]
        for step in 0..<20_000 {
            let key = Colliding(name: Int.random(in: 0..<400, using: &generator))
            if Bool.random(using: &generator) {
                map[key] = step
                dictionary[key] = step
            } else {
                map[key] = nil
                dictionary[key] = nil
            }
            #expect(map.count == dictionary.count)
        }
        for name in 0..<400 { #expect(map[Colliding(name: name)] == dictionary[Colliding(name: name)]) }
        var visited: [Colliding: Int] = [:]
        map.forEach { visited[$0] = $1 }
        #expect(visited == dictionary)
    }

    @Test func copiesKeepWhatTheyHad() {
        var map = PersistentMap<Int, Int>()
        var copies: [PersistentMap<Int, Int>] = []
        for number in 0..<500 {
            copies.append(map)
            map[number] = number * 2
        }
        map[3] = nil
        for (size, copy) in copies.enumerated() {
            #expect(copy.count == size)
            #expect(copy[3] == (size > 3 ? 6 : nil))
        }
        #expect(map[3] == nil)
        #expect(map.values.count == 499)
    }
}
