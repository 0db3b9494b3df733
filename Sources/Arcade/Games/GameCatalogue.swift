import JSON

/// The games that there are.
package enum GameCatalogue {
    package static let all: [any Game.Type] = [Reversi.self, Chess.self, Go.self, Drawing.self, Viewing.self]

    package static func type(_ kind: String) -> (any Game.Type)? { all.first { $0.kind == kind } }

    /// - Throws: `GameError.options` also for a game that there is not.
    static func make(_ kind: String, _ options: JSONValue, seed: UInt64, seats: Int) throws(GameError) -> any Game {
        guard let type = type(kind) else { throw .options("activity") }
        return try type.init(options: options, seed: seed, seats: seats)
    }
}
