/// Providers: where the feeds' items come from.
package struct ProviderSettings: Sendable, Equatable {
    /// Programs are named relative to this folder.
    package var folder = "/usr/share/mado/providers"
    /// The system's user that programs run as, where the server runs as root.
    package var user: String?
    /// Programs that run at once.
    package var simultaneous = 4
    /// One run of a program, from start to end.
    package var maximumTime = Duration.seconds(30)
    /// Of the processor, for one run.
    package var maximumProcessorTime = Duration.seconds(10)
    /// Address space of a program, in bytes.
    package var maximumMemory = 512 << 20
    /// What a program writes, in bytes.
    package var maximumOutput = 1 << 20
    /// How long values of series are kept.
    package var seriesKept = Duration.seconds(90 * 86_400)

    package init() {}

    /// What a program may take.
    package var limits: CGIProgram.Limits {
        var limits = CGIProgram.Limits()
        limits.time = maximumTime
        limits.processorTime = maximumProcessorTime
        limits.memory = maximumMemory
        limits.output = maximumOutput
        return limits
    }
}
