import Testing

@testable import ClientKit

@MainActor struct ObserversTests {
    private final class Owner {}

    @Test func ownersAreHeldWeakly() {
        let observers = Observers<Int>()
        var heard: [Int] = []
        var owner: Owner? = Owner()
        let other = Owner()
        observers.observe(owner!) { heard.append($0) }
        observers.observe(other) { heard.append($0 * 10) }
        observers.notify(1)
        owner = nil
        observers.notify(2)
        observers.stop(other)
        observers.notify(3)
        #expect(heard == [1, 10, 20])
    }
}
