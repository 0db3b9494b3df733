/// The timers of one loop, a binary heap by time. Confined to the loop's thread.
///
/// An entry's time may be earlier than its timer's deadline (the deadline was moved back), never later: such an
/// entry is put back with the true time when it comes up. So a deadline that moves with every request costs one
/// heap operation per its own length and not per request.
struct TimerQueue {
    private struct Entry {
        var time: MonotonicTime
        let timer: LoopTimer
    }

    private var heap: [Entry] = []

    var isEmpty: Bool { heap.isEmpty }

    /// When to look next, nil if there is nothing to wait for. Puts moved entries right first, so that nobody wakes for
    /// them.
    mutating func nextTime() -> MonotonicTime? {
        while let first = heap.first {
            let deadline = first.timer.deadline
            if first.time >= deadline { return first.time == .distantFuture ? nil : first.time }
            heap[0].time = deadline
            siftDown(0)
        }
        return nil
    }

    /// Takes out the first timer that is due.
    mutating func popDue(at now: MonotonicTime) -> LoopTimer? {
        guard let next = nextTime(), next <= now else { return nil }
        let timer = heap[0].timer
        remove(timer)
        return timer
    }

    mutating func insert(_ timer: LoopTimer) {
        timer.position = heap.count
        heap.append(Entry(time: timer.deadline, timer: timer))
        siftUp(timer.position)
    }

    mutating func remove(_ timer: LoopTimer) {
        let index = timer.position
        guard index >= 0 else { return }
        timer.position = -1
        let last = heap.removeLast()
        guard index < heap.count else { return }
        heap[index] = last
        last.timer.position = index
        siftDown(index)
        siftUp(last.timer.position)
    }

    mutating func moved(_ timer: LoopTimer) {
        guard timer.position >= 0 else {
            if timer.deadline != .distantFuture { insert(timer) }
            return
        }
        guard timer.deadline < heap[timer.position].time else { return }
        heap[timer.position].time = timer.deadline
        siftUp(timer.position)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        let entry = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard entry.time < heap[parent].time else { break }
            heap[index] = heap[parent]
            heap[index].timer.position = index
            index = parent
        }
        heap[index] = entry
        entry.timer.position = index
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        let entry = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].time < heap[child].time { child += 1 }
            guard heap[child].time < entry.time else { break }
            heap[index] = heap[child]
            heap[index].timer.position = index
            index = child
        }
        heap[index] = entry
        entry.timer.position = index
    }
}
