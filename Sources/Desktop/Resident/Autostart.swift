import Glibc

/// Starting at login, by the desktop's autostart folder.
@MainActor enum Autostart {
    private static var path: String {
        let config =
            getenv("XDG_CONFIG_HOME").map { String(cString: $0) }
            ?? (getenv("HOME").map { String(cString: $0) } ?? "") + "/.config"
        return config + "/autostart/org.mado.Desktop.desktop"
    }

    static var isOn: Bool { access(path, F_OK) == 0 }

    /// - Returns: whether it is as wished now.
    @discardableResult
    static func set(_ on: Bool) -> Bool {
        guard on != isOn else { return true }
        if !on { return unlink(path) == 0 }
        let folder = path.split(separator: "/").dropLast()
        var made = ""
        for part in folder {
            made += "/" + part
            mkdir(made, 0o755)
        }
        let text = """
            [Desktop Entry]
            Type=Application
            Name=Mado
            Exec=\(program) --hidden
            Icon=\(IconSet.applicationFile)
            X-GNOME-Autostart-enabled=true

            """
        guard let file = fopen(path, "w") else { return false }
        let written = text.withCString { fputs($0, file) }
        return fclose(file) == 0 && written >= 0
    }

    /// Quoted as the desktop entry specification wants it.
    private static var program: String {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, 4095)
        guard length > 0 else { return "mado-desktop" }
        let text = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
            .replacing("`", with: "\\`").replacing("%", with: "%%")
        return "\"\(escaped)\""
    }
}
