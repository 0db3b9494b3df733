/// What a channel shows. `mado.channel` says it.
package enum ChannelKind: String, Sendable, CaseIterable {
    case television, radio, music, pictures, charts, pages, games

    /// The kind of programme that it shows.
    package var programme: ProgrammeKind {
        switch self {
        case .television: .video
        case .radio, .music: .audio
        case .pictures: .pictures
        case .charts: .chart
        case .pages: .page
        case .games: .game
        }
    }
}

/// What a programme is. `mado.programme` says it.
package enum ProgrammeKind: String, Sendable, CaseIterable {
    case video, audio, pictures, chart, page, game
}
