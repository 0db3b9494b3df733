internal import CurlKit
import Dispatch
import Glibc
import LinuxShims

/// An automatic configuration file (PAC), evaluated by `pactester` of the pacparser library.
///
/// It is a program that somebody in the network wrote, for a JavaScript engine of some age: it runs in a process of its
/// own, for a limited time, and not in ours.
struct ProxyScript: Sendable {
    let text: [UInt8]

    /// A script that asks a name server that does not answer takes seconds, and is normal in the networks that have one.
    var deadline = Duration.seconds(15)

    /// None of libdispatch's global ones, see ``TaskThreads``.
    private static let queue = DispatchQueue(label: "mado.proxy-script", qos: .userInitiated)

    /// The ways that the script gives for a URL, in its order.
    /// - Throws: ``TransportError/proxyUnknown(reason:)``.
    func routes(url: String, host: String) async throws(TransportError) -> [ProxyRoute] {
        let result = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: self.run(url: url, host: host)) }
        }
        return try Self.routes(try result.get())
    }

    /// The ways that a script's answer names, for example `PROXY proxy:3128; DIRECT`.
    /// - Throws: ``TransportError/proxyUnknown(reason:)`` for one that names none that is understood.
    static func routes(_ answer: String) throws(TransportError) -> [ProxyRoute] {
        let schemes = [
            "PROXY": "http", "HTTP": "http", "HTTPS": "https", "SOCKS": "socks4a", "SOCKS4": "socks4a",
            "SOCKS5": "socks5h",
        ]
        var routes: [ProxyRoute] = []
        for entry in answer.split(separator: ";") {
            let words = entry.split { $0.isWhitespace }
            guard let kind = words.first?.uppercased() else { continue }
            if kind == "DIRECT" {
                routes.append(.direct)
            } else if let scheme = schemes[kind], words.count == 2,
                let address = ProxyAddress("\(scheme)://\(words[1])")
            {
                routes.append(.proxy(address))
            }
        }
        guard !routes.isEmpty else {
            throw .proxyUnknown(reason: "the automatic configuration says: \(answer.prefix(200))")
        }
        return routes
    }

    // MARK: The process

    private func run(url: String, host: String) -> Result<String, TransportError> {
        var path = Array("/tmp/mado-pac-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return .failure(.file(path: "/tmp", errno)) }
        defer {
            close(file)
            unlink(path)
        }
        guard text.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == text.count else {
            return .failure(.file(path: "/tmp", errno))
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .failure(.other("no pipe: \(String(cString: strerror(errno)))")) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let child = Self.start(
            [
                "pactester", "-p", String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self), "-u",
                url, "-h", host,
            ], output: ends[1])
        close(ends[1])
        guard let child else {
            return .failure(
                .proxyUnknown(
                    reason: "automatic configurations need the program pactester (Debian package libpacparser1)"))
        }
        return collect(child, ends[0])
    }

    private static func start(_ arguments: [String], output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        mado_spawn_close_others(&actions)
        var texts = arguments.map { strdup($0) } + [nil]
        var environment = [
            strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("RES_OPTIONS=timeout:1 attempts:1"), nil,
        ]
        defer { for text in texts + environment { free(text) } }
        var child: pid_t = 0
        guard posix_spawnp(&child, arguments[0], &actions, nil, &texts, &environment) == 0 else { return nil }
        return child
    }

    private func collect(_ child: pid_t, _ output: Int32) -> Result<String, TransportError> {
        var answer: [UInt8] = []
        let end = Monotonic.milliseconds() + deadline.wholeMilliseconds
        var isOver = false
        while !isOver {
            let left = end - Monotonic.milliseconds()
            var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard left > 0, answer.count < 1 << 16 else { break }
            guard poll(&waiting, 1, Int32(left)) > 0 else { continue }
            var part = [UInt8](repeating: 0, count: 4096)
            let count = read(output, &part, part.count)
            if count > 0 { answer.append(contentsOf: part[..<count]) } else { isOver = true }
        }
        if !isOver { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard isOver else {
            return .failure(.proxyUnknown(reason: "the automatic configuration does not come to an end"))
        }
        guard status == 0 else {
            return .failure(.proxyUnknown(reason: "the automatic configuration cannot be evaluated"))
        }
        return .success(String(decoding: answer, as: UTF8.self).trimming())
    }
}
