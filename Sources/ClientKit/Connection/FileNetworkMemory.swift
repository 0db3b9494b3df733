import Glibc
import JSON
import Synchronization

/// Remembers networks in a small JSON file. What cannot be read or written is forgotten: it can be found out again.
package final class FileNetworkMemory: NetworkMemory {
    /// The networks of somebody who travels; the oldest is forgotten first.
    private static let limit = 100

    private let path: String
    private let known: Mutex<[String: RememberedMeans]>

    package init(path: String) {
        self.path = path
        known = Mutex(AtomicFile.read(path).map(Self.parse) ?? [:])
    }

    package func means(in network: String) async -> RememberedMeans? { known.withLock { $0[network] } }

    package func remember(_ means: RememberedMeans?, in network: String) async {
        known.withLock { known in
            known[network] = means
            if known.count > Self.limit, let oldest = known.min(by: { $0.value.learnt < $1.value.learnt }) {
                known[oldest.key] = nil
            }
            try? AtomicFile.write(Self.text(known), to: path)
        }
    }

    private static func text(_ known: [String: RememberedMeans]) -> [UInt8] {
        JSONWriter.object { file in
            for (network, means) in known.sorted(by: { $0.key < $1.key }) {
                file.object(network) { entry in
                    switch means.means {
                    case .stream: entry.member("means", "stream")
                    case .poll: entry.member("means", "poll")
                    case .shortPoll(let seconds):
                        entry.member("means", "short_poll")
                        entry.member("seconds", Int64(seconds))
                    }
                    entry.member("learnt", means.learnt)
                }
            }
        }
    }

    private static func parse(_ bytes: [UInt8]) -> [String: RememberedMeans] {
        guard let file = try? JSONValue.parse(bytes).object else { return [:] }
        var known: [String: RememberedMeans] = [:]
        for (network, entry) in file {
            guard let learnt = entry["learnt"]?.int else { continue }
            switch entry.string("means") {
            case "stream": known[network] = RememberedMeans(means: .stream, learnt: learnt)
            case "poll": known[network] = RememberedMeans(means: .poll, learnt: learnt)
            case "short_poll":
                guard let seconds = entry["seconds"]?.int, (1...600).contains(seconds) else { continue }
                known[network] = RememberedMeans(means: .shortPoll(seconds: Int(seconds)), learnt: learnt)
            default: continue
            }
        }
        return known
    }
}
