extension AccountModel {
    package func conversation(_ roomID: String) -> ConversationModel? { conversations.first { $0.roomID == roomID } }

    package func directConversation(with userID: String) -> ConversationModel? { nil }

    /// Asks people for a chat. A direct conversation that is there already is taken again; several people make a group.
    /// - Parameter line: what they read with the request.
    package func ask(_ people: [String], line: String?) async throws -> ConversationModel {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func accept(_ request: ChatRequest) async throws -> ConversationModel {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    package func decline(_ request: ChatRequest) async throws {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    /// The path of the file, fetched if it is not there yet.
    /// - Parameter size: of a thumbnail in pixels; nil for the whole file.
    package func media(_ reference: MediaReference, size: Int?) async throws -> String {
        throw MatrixClientError(status: 0, errcode: nil, message: "There is no connection.")
    }

    /// Searches what is in the local store, newest first.
    /// - Parameter roomID: nil for all conversations.
    package func search(_ text: String, in roomID: String?) async -> [SearchHit] { [] }
}
