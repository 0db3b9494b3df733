import Glibc
import GtkKit

/// The program's own icons, written where GTK finds them: the program is one file.
@MainActor enum IconSet {
    /// Drawn on 16 by 16 in one colour, which GTK replaces by the text's.
    private static let symbolic: [(String, String)] = [
        (
            "mado-chat",
            "M3 2h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H8l-4 3v-3H3a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm1 3v1.500h8V5zm0 3v1.500h5V8z"
        ),
        (
            "mado-waiting",
            "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 2a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm-.900 2h1.800v3l2.100 2.100-1.200 1.200L7.100 8.700z"
        ),
        ("mado-reply", "M7 3v3c5 .300 7.500 3 8 7.500C13.500 11 11 9.800 7 9.800V13L1 8z"),
        (
            "mado-react",
            "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 1.600a5.400 5.400 0 1 0 0 10.800A5.400 5.400 0 0 0 8 2.600zM5.500 5.500a1 1 0 1 1 0 2 1 1 0 0 1 0-2zm5 0a1 1 0 1 1 0 2 1 1 0 0 1 0-2zM4.500 9h7c-.300 1.900-1.700 3-3.500 3S4.800 10.900 4.500 9z"
        ),
        ("mado-send", "M1.500 2l13.500 6-13.500 6L3 9l6-1-6-1z"),
        ("mado-sent", "M6 12.500L1.800 8.300l1.400-1.400L6 9.700l6.800-6.800 1.400 1.400z"),
        ("mado-lock", "M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zm2 0h4V5a2 2 0 0 0-4 0z"),
        ("mado-pop-out", "M2 3h6v2H4v7h7V9h2v5H2zm7-1h5v5h-2V5.400L8 9.400 6.600 8l4-4H9z"),
        ("mado-television", "M1 3h14v9H1zm1.500 1.500v6h11v-6zM5 13h6v1.500H5z"),
        (
            "mado-radio",
            "M12.500 1l.500 1.200L6.500 5H14a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h1zM5 7.500a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM10 8v1.300h3.500V8zm0 3v1.300h3.500V11z"
        ),
        (
            "mado-chart",
            "M1 1h1.600v12.400H15V15H1zM4 9.500l3-3.700 2.500 2.200L13.700 3l1.200 1-5.200 6.200-2.500-2.200L5.200 10.500z"
        ),
        (
            "mado-feeds",
            "M2 2h10a1 1 0 0 1 1 1v9.500a1 1 0 0 0 2 0V5h1v8a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a1 1 0 0 1 1-1zm1.500 2.500v3h7v-3zm0 4.500v1.300h7V9zm0 2.500v1.300h7v-1.300z"
        ),
        ("mado-form", "M3 1h10a1 1 0 0 1 1 1v13H2V2a1 1 0 0 1 1-1zm1.500 2.500v2h7v-2zm0 4v2h7v-2zm0 4V13H8v-1.500z"),
        (
            "mado-announcement",
            "M13 2v11L8 10.500H6.500L7.500 14H5l-1-3.500H3a2 2 0 0 1-2-2v-2a2 2 0 0 1 2-2h5zm1 3.500a2.200 2.200 0 0 1 0 4z"
        ),
        (
            "mado-subtitles",
            "M1 3h14v10H1zm2 5.500V10h4V8.500zm5.500 0V10H13V8.500zM3 5.800v1.400h6V5.800zm7.500 0v1.400H13V5.800z"
        ),
        (
            "mado-together",
            "M5 2a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5zm6 0a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5zM1 14c0-3.500 1.500-6 4-6 1.200 0 2.200.600 3 1.600C8.800 8.600 9.800 8 11 8c2.500 0 4 2.500 4 6z"
        ),
        (
            "mado-reversi",
            "M1 1h14v14H1zm1.500 1.500v11h11v-11zM5.400 3.300a2.100 2.100 0 1 1 0 4.200 2.100 2.100 0 0 1 0-4.200zm5.200 5.200a2.100 2.100 0 1 1 0 4.200 2.100 2.100 0 0 1 0-4.200zM10.600 3.300a2.100 2.100 0 1 1 0 4.200 2.100 2.100 0 0 1 0-4.200zm0 1.100a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM5.400 8.500a2.100 2.100 0 1 1 0 4.200 2.100 2.100 0 0 1 0-4.200zm0 1.100a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"
        ),
        (
            "mado-chess",
            "M8 1a2.800 2.800 0 0 1 1.700 5H11v1.500H9.500c.100 2 .800 3.500 2 4.500H13v3H3v-3h1.500c1.200-1 1.900-2.500 2-4.500H5V6h1.300A2.800 2.800 0 0 1 8 1z"
        ),
        (
            "mado-go",
            "M4.300 1h1.200v2.500h5V1h1.200v2.500H15v1.200h-3.300V8a3 3 0 0 1 0 5.200V15h-1.200v-1.700a3 3 0 0 1-2.900-2.800H5.500V15H4.300v-4.500H1V9.300h3.300V4.700H1V3.500h3.300zm1.200 3.700v4.600h2.200a3 3 0 0 1 2.800-1.900V4.700z"
        ),
        ("mado-drawing", "M11.500 1.500l3 3L6 13l-4.500 1.500L3 10zM4.200 10.600l-.600 1.800 1.800-.600z"),
        ("mado-video-call", "M2 4h8a1 1 0 0 1 1 1v2l4-2.500v7L11 9v2a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z"),
        (
            "mado-camera-off",
            "M2 4h1.300L11 11.700A1 1 0 0 1 10 12H2a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm4.200 0H10a1 1 0 0 1 1 1v2l4-2.500v7l-1.500-.900zM1.600 1L15 14.400 14 15.400.600 2z"
        ),
        (
            "mado-voice-call",
            "M4 1.500l2 3.700-1.700 1.600a9 9 0 0 0 4.900 4.900L10.800 10l3.700 2-.800 2.300c-.300.700-1 .900-1.700.700C6.800 13.700 2.300 9.200 1 4c-.200-.700 0-1.400.700-1.700z"
        ),
        (
            "mado-hang-up",
            "M8 5.500c3 0 5.500 1 6.700 2.600.700 1 .600 2.200.300 3l-3.500-.900-.300-2a9 9 0 0 0-6.400 0l-.300 2-3.500.900c-.300-.800-.400-2 .300-3C2.500 6.500 5 5.500 8 5.500z"
        ),
        (
            "mado-share-screen",
            "M1 2h14v9H1zm1.500 1.500v6h11v-6zM8 4.300l2.600 2.600H8.800v2H7.200v-2H5.400zM5 12.500h6V14H5z"
        ),
        (
            "mado-details",
            "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 1.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM7.200 4.300h1.600v1.700H7.200zM7.200 7.200h1.600v4.500H7.200z"
        ),
        ("mado-video", "M1 4h9v8H1zm10 2.500L15 4v8l-4-2.500z"),
    ]

    private static let application = """
        <svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">
        <rect x="5" y="5" width="54" height="54" rx="14" fill="#1a5fb4"/>
        <rect x="14" y="14" width="16" height="16" rx="4" fill="#fff"/>
        <rect x="34" y="14" width="16" height="16" rx="4" fill="#99c1f1"/>
        <path d="M18 34h28a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4H32l-8 6v-6h-6a4 4 0 0 1-4-4v-6a4 4 0 0 1 4-4z" fill="#fff"/>
        DOT</svg>
        """

    /// Where they are, for panels and whoever else shows this program's icons.
    private(set) static var folder = ""
    /// The file of the program's own icon.
    static var applicationFile: String { folder + "/hicolor/scalable/apps/mado.svg" }

    /// - Parameter cache: the program's folder for what can be made again.
    static func install(in cache: String) {
        folder = cache + "/icons"
        let actions = folder + "/hicolor/scalable/actions"
        let apps = folder + "/hicolor/scalable/apps"
        makeFolders(actions)
        makeFolders(apps)
        for (name, path) in symbolic {
            write(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"16\" height=\"16\"><path fill=\"#2e3436\" "
                    + "fill-rule=\"evenodd\" d=\"\(path)\"/></svg>", to: "\(actions)/\(name)-symbolic.svg")
        }
        write(application.replacing("DOT", with: ""), to: apps + "/mado.svg")
        for count in unreadNames {
            write(application.replacing("DOT", with: unreadMark(count)), to: "\(apps)/mado-unread-\(count).svg")
        }
        Appearance.addIconFolder(folder)
    }

    /// How much can be unread in a panel's icon.
    private static let unreadNames = (1...9).map { String($0) } + ["more"]

    /// The name of the icon that says how much is unread.
    static func unreadName(_ count: Int) -> String { "mado-unread-\(count > 9 ? "more" : String(max(1, count)))" }

    private static func unreadMark(_ count: String) -> String {
        let number = count == "more" ? "9+" : count
        return "<rect x=\"24\" y=\"0\" width=\"40\" height=\"36\" rx=\"18\" fill=\"#e01b24\"/>"
            + "<text x=\"44\" y=\"29\" font-family=\"sans-serif\" font-weight=\"bold\" font-size=\"30\" "
            + "text-anchor=\"middle\" fill=\"#fff\">\(number)</text>"
    }

    private static func makeFolders(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
    }

    private static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { return }
        _ = text.withCString { fputs($0, file) }
        fclose(file)
    }
}
