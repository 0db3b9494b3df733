import Glibc
import LinuxShims

/// The machine that the figures are from.
struct MachineDescription {
    let cores: Int
    private let processor: String
    private let memory: String
    private let kernel: String
    private let load: String
    private let syncs: LatencyHistogram

    /// - Parameter folder: on the disk where the servers keep their stores.
    init(folder: String) throws(BenchError) {
        cores = Int(mado_available_cores())
        processor = Self.field("model name", in: "/proc/cpuinfo") ?? "unknown processor"
        let kilobytes = Self.field("MemTotal", in: "/proc/meminfo")?.split(separator: " ").first.flatMap { Double($0) }
        memory = NumberText.fixed((kilobytes ?? 0) / 1_048_576, 1) + " GiB"
        kernel = SystemCall.read("/proc/sys/kernel/osrelease")?.split(separator: "\n").first.map(String.init) ?? ""
        load = Self.loadAverage
        syncs = try DiskSync.measure(in: folder)
    }

    var markdown: String {
        """
        | Machine | |
        |---|---|
        | Cores | \(cores), \(processor) |
        | Memory | \(memory) |
        | Kernel | Linux \(kernel) |
        | Append of 4 KiB and fdatasync | p50 \(NumberText.milliseconds(Double(syncs.quantile(0.5)))), \
        p99 \(NumberText.milliseconds(Double(syncs.quantile(0.99)))) |
        | Load average before and after the run | \(load), \(Self.loadAverage) |

        """
    }

    /// Of the last minute. High before the run, or above three after it, means that others were at work.
    private static var loadAverage: String {
        SystemCall.read("/proc/loadavg")?.split(separator: " ").first.map(String.init) ?? ""
    }

    private static func field(_ name: String, in file: String) -> String? {
        for line in (SystemCall.read(file) ?? "").split(separator: "\n") where line.hasPrefix(name) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
        }
        return nil
    }
}
