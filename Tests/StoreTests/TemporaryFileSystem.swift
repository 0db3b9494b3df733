import Glibc
import TestSupport
import Testing

/// A file system in memory of a given size, for a disk that is full or can't be written. Needs the right to mount.
final class TemporaryFileSystem {
    let folder: TemporaryFolder
    var path: String { folder.path }

    struct NotMounted: Error {}

    /// Whether this process may mount: tried, because containers differ.
    static let isAvailable: Bool = (try? TemporaryFileSystem(size: 1 << 20)) != nil

    init(size: Int) throws {
        folder = TemporaryFolder()
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(size)") == 0 else { throw NotMounted() }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    func makeReadOnly() throws {
        // A program that another test starts just now may have copies of descriptors that write here, until it runs.
        let end = ContinuousClock.now + .seconds(30)
        while mount("tmpfs", folder.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) != 0 {
            let code = errno
            try #require(code == EBUSY && ContinuousClock.now < end)
            sched_yield()
        }
    }

    /// Takes all the space that is left.
    func fill() throws {
        let descriptor = open(path + "/ballast", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, page, page.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    /// Gives back what `fill` took.
    func makeSpace() { unlink(path + "/ballast") }
}
