import LinuxShims

/// What the kernel knows about who keeps its clock.
enum ClockDiscipline {
    /// Whether a time service says that the clock is right. false also where the kernel does not tell.
    static var isSynchronised: Bool { mado_clock_is_synchronised() == 1 }
}
