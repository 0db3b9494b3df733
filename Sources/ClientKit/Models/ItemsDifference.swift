/// The changes that lead from one list of items to another: what goes, then what comes, then what is new in those that
/// stay.
enum ItemsDifference {
    struct Step {
        let change: ItemsChange
        /// The items after it.
        let items: [TimelineItem]
    }

    /// More runs than that are one `reset`.
    private static let mostRuns = 20

    static func steps(from old: [TimelineItem], to new: [TimelineItem]) -> [Step] {
        if old == new { return [] }
        let newIDs = Set(new.map(\.id))
        let oldIDs = Set(old.map(\.id))
        let staying = old.filter { newIDs.contains($0.id) }
        let stayed = new.filter { oldIDs.contains($0.id) }
        let removed = runs(old) { !newIDs.contains($0.id) }
        let inserted = runs(new) { !oldIDs.contains($0.id) }
        // Nothing in common, too much at once, or another order.
        guard !staying.isEmpty || old.isEmpty, removed.count + inserted.count <= mostRuns,
            staying.map(\.id) == stayed.map(\.id), !old.isEmpty
        else { return [Step(change: .reset, items: new)] }
        var steps: [Step] = []
        var items = old
        // From the back, so that the places of the others stay.
        for run in removed.reversed() {
            items.removeSubrange(run)
            steps.append(Step(change: .removed(run), items: items))
        }
        for run in inserted {
            items.insert(contentsOf: new[run], at: run.lowerBound)
            steps.append(Step(change: .inserted(run), items: items))
        }
        let updated = items.indices.filter { items[$0] != new[$0] }
        if !updated.isEmpty { steps.append(Step(change: .updated(updated), items: new)) }
        return steps
    }

    private static func runs(_ items: [TimelineItem], where isIn: (TimelineItem) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for (index, item) in items.enumerated() where isIn(item) {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }
}
