import Glibc

/// What the command line of `mado-desktop` asks for.
struct DesktopOptions {
    /// Only the status icon at first, as at login.
    var isHidden = false
    /// A name for a second set of accounts and settings beside the usual one.
    var profile: String?
    /// A server to offer on the first page.
    var server: String?
    /// A file with the authority of that server's certificate.
    var authorityFile: String?
    /// Translations, beside the program unless said otherwise.
    var localeFolder: String?

    /// The program's name on the session's bus: one program a profile, for two would write to one store.
    var identifier: String {
        guard let profile else { return "org.mado.Desktop" }
        let name = profile.replacing("-", with: "_")
        // No part of such a name may begin with a digit.
        return "org.mado.Desktop." + (name.first?.isNumber == true ? "_" : "") + name
    }

    static let usage = """
        usage: mado-desktop [--hidden] [--profile NAME] [--server NAME [--authority FILE]] [--locale-folder DIR]

          --hidden              start without showing the window, as at login
          --profile NAME        accounts and settings of their own, beside the usual ones
          --server NAME         the server that the first page offers
          --authority FILE      an authority (PEM) that is trusted for it besides the system's
          --locale-folder DIR   where translations are
          --version, --help
        """

    /// Ends the program after `--help` and `--version`, and with status 2 for what it does not know.
    static func parse(_ words: [String]) -> DesktopOptions {
        var options = DesktopOptions()
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--hidden": options.isHidden = true
            case "--profile":
                guard let name = rest.popFirst(), isProfileName(name) else {
                    fail("--profile needs a name of letters, digits and -")
                }
                options.profile = name
            case "--server":
                guard let name = rest.popFirst() else { fail("--server needs a name") }
                options.server = name
            case "--authority":
                guard let file = rest.popFirst() else { fail("--authority needs a file") }
                options.authorityFile = file
            case "--locale-folder":
                guard let folder = rest.popFirst() else { fail("--locale-folder needs a folder") }
                options.localeFolder = folder
            case "--help", "-h":
                print(usage)
                exit(0)
            case "--version":
                print("mado-desktop 0.1")
                exit(0)
            default: fail("unknown argument \(word)")
            }
        }
        return options
    }

    private static func isProfileName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }

    private static func fail(_ text: String) -> Never {
        let line = "mado-desktop: \(text)\n\(usage)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        exit(2)
    }
}
