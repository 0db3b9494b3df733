import Glibc

/// What processes have used so far, from /proc.
enum ProcessUsage {
    /// User and system time, in microseconds; the kernel gives it in ticks of 10,000.
    static func cpu(of processes: [pid_t]) -> Double {
        let tick = 1_000_000 / Double(sysconf(Int32(_SC_CLK_TCK)))
        return processes.reduce(0) { sum, process in
            guard let fields = statFields(of: process) else { return sum }
            return sum + ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) * tick
        }
    }

    /// Memory that belongs to these processes alone, in bytes.
    static func privateMemory(of processes: [pid_t]) -> Double {
        processes.reduce(0) { sum, process in
            let lines = (SystemCall.read("/proc/\(process)/smaps_rollup") ?? "").split(separator: "\n")
            let kilobytes = lines.filter { $0.hasPrefix("Private_") && !$0.hasPrefix("Private_Hugetlb") }
                .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Double($0) } }
            return sum + kilobytes.reduce(0, +) * 1024
        }
    }

    /// What stands behind the program's name in /proc/PID/stat: state, parent, …; utime and stime are at 11 and 12.
    static func statFields(of process: pid_t) -> [Substring]? {
        guard let text = SystemCall.read("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 12 ? fields : nil
    }
}
