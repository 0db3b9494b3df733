/// One line of the table: what was measured, beside what, and whether it is as good as wanted.
struct Finding: Sendable {
    let work: String
    let ours: String
    let peer: String
    let ratio: String
    let goal: String
    /// nil when there is no goal for it.
    let isMet: Bool?

    init(_ work: String, ours: String, peer: String, ratio: String = "", goal: String = "", isMet: Bool? = nil) {
        self.work = work
        self.ours = ours
        self.peer = peer
        self.ratio = ratio
        self.goal = goal
        self.isMet = isMet
    }
}

/// What a work came to.
struct WorkResult: Sendable {
    let title: String
    /// How it was measured, in a few sentences.
    let method: String
    var findings: [Finding] = []
    /// Further figures and remarks, one sentence each.
    var notes: [String] = []
}
