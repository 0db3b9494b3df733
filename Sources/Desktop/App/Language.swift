import Glibc

/// The language of the texts.
enum Language {
    /// Chosen by the user rather than by the system. To be called before the catalogues are opened.
    static func apply(_ code: String?) {
        guard let code else { return }
        setenv("LANGUAGE", code, 1)
        // gettext asks for no catalogue in the C locale.
        setlocale(LC_ALL, "")
        // Dates in the same language, where the system has it.
        let names = ["en": "en_US.UTF-8", "ja": "ja_JP.UTF-8", "es": "es_ES.UTF-8"]
        if let name = names[code], setlocale(LC_TIME, name) != nil { setenv("LC_TIME", name, 1) }
        if let now = setlocale(LC_MESSAGES, nil), ["C", "POSIX", "C.UTF-8"].contains(String(cString: now)) {
            for locale in ["en_US.UTF-8", "ja_JP.UTF-8", "es_ES.UTF-8"] where setlocale(LC_MESSAGES, locale) != nil {
                setenv("LC_MESSAGES", locale, 1)
                break
            }
        }
    }

    /// `locale` beside the program, or where a package puts it.
    static var defaultFolder: String {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, 4095)
        guard length > 0 else { return "/usr/share/locale" }
        let program = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let beside = program.split(separator: "/").dropLast().joined(separator: "/")
        let folder = "/\(beside)/locale"
        return access(folder, R_OK) == 0 ? folder : "/usr/share/locale"
    }
}
