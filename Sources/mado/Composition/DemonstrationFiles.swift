import DemoFiles
import Server

extension DemonstrationChannels.Files {
    /// Those that come with the program.
    static var own: DemonstrationChannels.Files {
        DemonstrationChannels.Files(
            film: .init(mado_demo_film), subtitles: .init(mado_demo_subtitles), sound: .init(mado_demo_sound),
            page: .init(mado_demo_page),
            game: [.init(mado_demo_game.0), .init(mado_demo_game.1), .init(mado_demo_game.2)])
    }
}

extension DemonstrationChannels.File {
    fileprivate init(_ file: mado_demo_file) {
        self.init(
            name: String(cString: file.name), type: String(cString: file.type),
            bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
    }
}
