internal import Glibc

/// What GTK draws with.
package enum GraphicsCard {
    /// Devices of the kernel's graphics drivers, NVIDIA's own, and Windows' below Linux.
    private static let devices = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"]

    /// Has GTK draw by the processor where there is no graphics card: it would open one that Mesa's compiler imitates, which
    /// takes 30 MB and draws no faster. What the user has set stays. To be called first of all, as the environment may be
    /// changed only while there is one thread.
    package static func drawWithoutOneWhereThereIsNone() {
        guard devices.allSatisfy({ access($0, F_OK) != 0 }) else { return }
        setenv("GSK_RENDERER", "cairo", 0)
        setenv("GDK_DEBUG", "gl-disable", 0)
    }
}
