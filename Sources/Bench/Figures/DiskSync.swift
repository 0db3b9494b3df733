import Glibc

/// How long the disk takes to make an appended page durable.
enum DiskSync {
    static func measure(in folder: String, times: Int = 200) throws(BenchError) -> LatencyHistogram {
        let path = folder + "/fsync"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x6D, count: 4096)
        var histogram = LatencyHistogram()
        for _ in 0..<times {
            let start = SystemCall.now()
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
                throw .system("fdatasync \(path)")
            }
            histogram.record(SystemCall.now() - start)
        }
        return histogram
    }
}
