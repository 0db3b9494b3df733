import Glibc

/// What the kernel says about this process, under the names that Prometheus' client libraries use.
package enum ProcessFigures {
    /// Adds memory, descriptors, processor time and the start time to `metrics`.
    package static func register(in metrics: Metrics, version: String) {
        let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
        metrics.observe("process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM.") {
            statm(field: 1) * pageSize
        }
        metrics.observe("process_virtual_memory_bytes", .gauge, "Address space of the process.") {
            statm(field: 0) * pageSize
        }
        metrics.observe("process_open_fds", .gauge, "Open file descriptors.") { Double(openDescriptors()) }
        metrics.observe("process_max_fds", .gauge, "File descriptors that may be open.") {
            var limit = rlimit()
            return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : .nan
        }
        metrics.observe("process_cpu_seconds_total", .counter, "User and system processor time.") {
            var usage = rusage()
            guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return .nan }
            return seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        let start = wallSeconds()
        metrics.observe("process_start_time_seconds", .gauge, "When the process started, since 1970.") { start }
        let begin = monotonicSeconds()
        metrics.observe("mado_uptime_seconds", .gauge, "Time since the server started.") { monotonicSeconds() - begin }
        metrics.gauge("mado_build_info", "Always 1; the label tells the version.", labels: ["version": version]).set(1)
    }

    private static func statm(field: Int) -> Double {
        guard let text = try? SystemFile.read("/proc/self/statm", limit: 4096) else { return .nan }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        return field < fields.count ? Double(fields[field]) ?? .nan : .nan
    }

    private static func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count - 3  // ".", ".." and the descriptor of this listing
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    private static func wallSeconds() -> Double { read(CLOCK_REALTIME) }
    private static func monotonicSeconds() -> Double { read(CLOCK_MONOTONIC) }
    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }
}
