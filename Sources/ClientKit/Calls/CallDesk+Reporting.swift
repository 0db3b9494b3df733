import JSON

/// Telling the server that a call goes on, so that who is in it is busy to the others, and what one does together finds
/// those with whom one talks. The server reads the signalling of one-to-one calls itself; it knows nothing of the ones
/// whose signalling it cannot read, and forgets long ones.
extension CallDesk {
    /// Milliseconds between two reports, and for how long each is good.
    static let reportInterval: Int64 = 60_000
    static let reportLifetime: Int64 = 120_000

    func beginReporting(_ call: Call) {
        guard call.account.isOnMadoServer, let client = call.account.parts?.client else { return }
        let (id, roomID, clock) = (call.reportedID, call.roomID, clock)
        call.reporting = Task {
            while !Task.isCancelled {
                // Without an answer the next one tells it.
                do {
                    try await client.reportCall(id, in: roomID, lifetime: Self.reportLifetime)
                } catch let error as MatrixClientError where !error.isTransient {
                    return
                } catch {}
                do { try await clock.sleep(milliseconds: Self.reportInterval) } catch { return }
            }
        }
    }

    /// News flow again: a server that was started anew knows of no calls.
    func connected(_ account: AccountModel) {
        forgetRelays(of: account)
        guard let current, current.account === account, let before = current.reporting else { return }
        before.cancel()
        beginReporting(current)
    }

    func endReporting(_ call: Call) {
        guard let reporting = call.reporting, let client = call.account.parts?.client else { return }
        call.reporting = nil
        reporting.cancel()
        let id = call.reportedID
        Task {
            // A report that is on its way would come after the end.
            await reporting.value
            try? await client.endCallReport(id)
        }
    }
}

extension Call {
    /// Under what all who are in it report it: not the id that it was begun with, where both called one another.
    fileprivate var reportedID: String { isGroup ? id : legs.values.first?.machine.callID ?? id }
}

extension MatrixClient {
    /// `PUT /_mado/v1/calls/{callId}`: this member is in the call for the next `lifetime` milliseconds.
    func reportCall(_ callID: String, in roomID: String, lifetime: Int64) async throws {
        let body = JSONWriter.object { object in
            object.member("room_id", roomID)
            object.member("lifetime_ms", lifetime)
        }
        _ = try await send("PUT", ["_mado", "v1", "calls", callID], body: body)
    }

    /// `DELETE /_mado/v1/calls/{callId}`
    func endCallReport(_ callID: String) async throws {
        _ = try await send("DELETE", ["_mado", "v1", "calls", callID])
    }
}
