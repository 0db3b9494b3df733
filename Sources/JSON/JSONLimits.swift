/// What a text may cost at most before it is refused. Checked while parsing, so a hostile text costs no more than
/// its limit.
package struct JSONLimits: Sendable {
    /// The deepest nesting of arrays and objects; a scalar at the top has depth 0. Values above
    /// ``largestDepth`` act as that.
    package var maximumDepth: Int

    /// The longest text, in bytes. Values above 4 GiB act as 4 GiB.
    package var maximumBytes: Int

    /// The greatest number of values and member names together. A node takes 16 bytes of memory.
    package var maximumNodes: Int

    /// The depth that no configuration exceeds, because the canonical form descends recursively.
    package static let largestDepth = 512

    /// 100 levels, 4 MiB, 262,144 nodes (4 MiB of them).
    package static let `default` = JSONLimits()

    package init(maximumDepth: Int = 100, maximumBytes: Int = 4 << 20, maximumNodes: Int = 1 << 18) {
        self.maximumDepth = maximumDepth
        self.maximumBytes = maximumBytes
        self.maximumNodes = maximumNodes
    }
}
