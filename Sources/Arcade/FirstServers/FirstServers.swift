import HTTP
import JSON
import Outbound
import Server
import Synchronization

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
        of users: [String], partial: @escaping @Sendable ([FirstServerPerson]) async -> Void
    ) async -> [FirstServerPerson] {
        await withTaskGroup(of: [FirstServerPerson].self) { group in
            var asked = 0
            for user in users {
                guard let client = client(of: user.drop { $0 != ":" }.dropFirst()) else { continue }
                asked += 1
                group.addTask { await self.people(of: user, client) }
            }
            var merged: [FirstServerPerson] = []
            for await found in group {
                asked -= 1
                merged += found.filter { one in !merged.contains { $0.user == one.user } }
                if !found.isEmpty, asked > 0 { await partial(merged) }
            }
            return merged.sorted { $0.user < $1.user }
        }
    }

    private func people(of user: String, _ client: FirstServerClient) async -> [FirstServerPerson] {
        let name = client.server.name
        let isDistrusted = failures.withLock { $0[name].map { clock.now - $0 < Self.distrust } ?? false }
        do {
            let found = try await client.people(
                of: user, within: isDistrusted ? Self.littlePatience : Self.patience)
            failures.withLock { $0[name] = nil }
            return found
        } catch {
            if case FirstServerError.unreachable = error { failures.withLock { $0[name] = clock.now } }
            return []
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
