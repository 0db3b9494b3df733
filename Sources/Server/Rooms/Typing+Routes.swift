import HTTP
import JSON
import MatrixAPI

/// Source: Client-Server API, "Typing Notifications".
extension Typing: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.put, "/_matrix/client/v3/rooms/{roomId}/typing/{userId}") { [self] request in
            guard try request.userID() == request.user else {
                throw MatrixError.forbidden("You can only say of yourself that you type")
            }
            guard let isTyping = try request.body.optionalBool("typing") else {
                throw MatrixError.missingParam("typing")
            }
            guard isTyping else {
                try await stop(request.user, in: request.roomID())
                return .empty
            }
            let timeout = try request.body.optionalInt("timeout").map { Duration.milliseconds(max(0, $0)) }
            try await start(
                request.user, in: request.roomID(), for: timeout ?? Self.defaultTimeout, on: request.loop)
            return .empty
        }
    }
}
