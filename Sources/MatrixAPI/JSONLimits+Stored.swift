package import JSON

extension JSONLimits {
    /// For text that was checked before it was kept: as deep as anything may be, and no limit of size of its own.
    package static let stored = JSONLimits(
        maximumDepth: JSONLimits.largestDepth, maximumBytes: .max, maximumNodes: .max)
}
