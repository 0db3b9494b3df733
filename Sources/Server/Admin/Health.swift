package import HTTP
import JSON

/// `GET /_mado/v1/health`: whether the server can do its work. No authentication; tells nothing about members.
package struct Health: Sendable {
    /// How a part of the server is.
    package enum State: Sendable, Equatable {
        case working
        /// The reason is for the administrator's log and doctor, not for the answer.
        case failing(reason: String)
        /// It takes no new work because the server is about to stop.
        case stopping
    }

    private let journal: @Sendable () -> State

    /// - Parameter journal: whether writes reach the disk; called on any thread, must not wait.
    package init(journal: @escaping @Sendable () -> State) { self.journal = journal }

    /// 200 `{"status":"ok"}`, or 503 with `failing` or `stopping`, which load balancers understand.
    package func response() -> HTTPResponse {
        let state = journal()
        let word =
            switch state {
            case .working: "ok"
            case .failing: "failing"
            case .stopping: "stopping"
            }
        let body = JSONWriter.object { object in
            object.member("status", word)
            object.member("version", ServerVersion.string)
        }
        var response = HTTPResponse.json(body, status: state == .working ? .ok : HTTPStatus(503))
        response.headers.set("cache-control", "no-store")
        return response
    }
}
