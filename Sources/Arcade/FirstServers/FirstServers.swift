import HTTP
import JSON
import Outbound
import Server
import Synchronization

/// With whom somebody is talking, as far as it is known.
struct Companions: Sendable {
    /// By their identifiers.
    var people: [FirstServerPerson] = []
    /// The servers that have not said, or do not.
    var silent: Set<String> = []
}

/// All first servers together: asked at once, each with a time limit, their answers merged as they come.
///
/// One that is down delays nobody for long: after a failure it gets little time until it answers again.
final class FirstServers: Sendable {
    private static let patience = Duration.seconds(3)
    private static let littlePatience = Duration.milliseconds(300)
    /// How long after a failure a server gets little time, in milliseconds.
    private static let distrust: Int64 = 30_000

    let all: [FirstServer]
    private let http: HTTPClient
    private let clock: WallClock
    private let failures = Mutex<[String: Int64]>([:])

    init(_ all: [FirstServer], http: HTTPClient, clock: WallClock) {
        self.all = all
        self.http = http
        self.clock = clock
    }

    func client(of name: some StringProtocol) -> FirstServerClient? {
        all.first { $0.name == name }.map { FirstServerClient(server: $0, http: http) }
    }

    /// With whom the person of these identifiers is talking, on all servers.
    /// - Parameter partial: called whenever a server named somebody and others have not answered yet, with all so far.
    func people(
        of users: [String], partial: @escaping @Sendable (Companions) async -> Void = { _ in }
    ) async -> Companions {
        await withTaskGroup(of: (server: String, found: [FirstServerPerson]?).self) { group in
            // Somebody may have several identifiers of one server.
            var unanswered: [String: Int] = [:]
            for user in users {
                guard let client = client(of: user.drop { $0 != ":" }.dropFirst()) else { continue }
                unanswered[client.server.name, default: 0] += 1
                group.addTask { (client.server.name, await self.people(of: user, client)) }
            }
            var waiting = unanswered.values.reduce(0, +)
            var all = Companions(silent: Set(unanswered.keys))
            for await (server, found) in group {
                waiting -= 1
                guard let found else { continue }
                unanswered[server, default: 1] -= 1
                if unanswered[server] == 0 { all.silent.remove(server) }
                all.people += found.filter { one in !all.people.contains { $0.user == one.user } }
                all.people.sort { $0.user < $1.user }
                if !found.isEmpty, waiting > 0 { await partial(all) }
            }
            return all
        }
    }

    /// - Returns: nil when the server does not say.
    private func people(of user: String, _ client: FirstServerClient) async -> [FirstServerPerson]? {
        let name = client.server.name
        let isDistrusted = failures.withLock { $0[name].map { clock.now - $0 < Self.distrust } ?? false }
        do {
            let found = try await client.people(
                of: user, within: isDistrusted ? Self.littlePatience : Self.patience)
            failures.withLock { $0[name] = nil }
            return found
        } catch {
            guard case FirstServerError.unreachable = error else { return [] }
            failures.withLock { $0[name] = clock.now }
            return nil
        }
    }

    /// Who is connected from that address, on all servers.
    func members(at address: PeerAddress) async -> (found: [FirstServerPerson], isAmbiguous: Bool) {
        await withTaskGroup(of: Result<FirstServerPerson, any Error>.self) { group in
            for server in all {
                let client = FirstServerClient(server: server, http: http)
                group.addTask {
                    do { return .success(try await client.member(at: address)) } catch { return .failure(error) }
                }
            }
            var found: [FirstServerPerson] = []
            var isAmbiguous = false
            for await result in group {
                switch result {
                case .success(let person): found.append(person)
                case .failure(FirstServerError.refused(409)): isAmbiguous = true
                case .failure: break
                }
            }
            return (found, isAmbiguous)
        }
    }
}
