internal import CGtk
internal import GtkShims

/// Light or dark, style sheets, text size: of the whole program.
@MainActor package enum Appearance {
    package enum Scheme: Sendable { case system, light, dark }

    package static func setScheme(_ scheme: Scheme) {
        let native =
            switch scheme {
            case .system: ADW_COLOR_SCHEME_DEFAULT
            case .light: ADW_COLOR_SCHEME_FORCE_LIGHT
            case .dark: ADW_COLOR_SCHEME_FORCE_DARK
            }
        adw_style_manager_set_color_scheme(adw_style_manager_get_default(), native)
    }
    package static var isDark: Bool { adw_style_manager_get_dark(adw_style_manager_get_default()) != 0 }
    /// - Parameter owner: as long as it lives.
    package static func onDarkChange(_ handler: @escaping @MainActor (Bool) -> Void) {
        GtkObject(retaining: UnsafeMutableRawPointer(adw_style_manager_get_default()))
            .on("notify::dark") { handler(isDark) }
    }

    package static func addStyleSheet(_ text: String) {
        guard let display = gdk_display_get_default(), let provider = gtk_css_provider_new() else { return }
        gtk_css_provider_load_from_data(provider, text, -1)
        gtk_style_context_add_provider_for_display(
            display, OpaquePointer(provider), guint(GTK_STYLE_PROVIDER_PRIORITY_APPLICATION))
        g_object_unref(UnsafeMutableRawPointer(provider))
    }

    private static var systemResolution: Int?

    /// - Parameter scale: 1 for the system's size.
    package static func setTextScale(_ scale: Double) {
        guard let settings = gtk_settings_get_default() else { return }
        let object = GtkObject(retaining: UnsafeMutableRawPointer(settings))
        let system = systemResolution ?? object.int("gtk-xft-dpi")
        systemResolution = system
        object.set("gtk-xft-dpi", Int(Double(system > 0 ? system : 96 * 1024) * scale))
    }
    /// Whether the user wants things to move.
    package static var isAnimated: Bool {
        guard let settings = gtk_settings_get_default() else { return true }
        return GtkObject(retaining: UnsafeMutableRawPointer(settings)).bool("gtk-enable-animations")
    }
    package static func setAnimated(_ on: Bool) {
        guard let settings = gtk_settings_get_default() else { return }
        GtkObject(retaining: UnsafeMutableRawPointer(settings)).set("gtk-enable-animations", on)
    }
    package static func setIconName(_ name: String) { gtk_window_set_default_icon_name(name) }
    /// A folder with icons in the layout of icon themes.
    package static func addIconFolder(_ path: String) {
        guard let display = gdk_display_get_default() else { return }
        gtk_icon_theme_add_search_path(gtk_icon_theme_get_for_display(display), path)
    }
}

/// Opening things with the system's programs.
@MainActor package enum Launcher {
    /// Only https, http and mailto: anything else could start a program.
    @discardableResult
    package static func open(link: String) -> Bool {
        let scheme = link.prefix { $0 != ":" }.lowercased()
        guard ["https", "http", "mailto"].contains(scheme) else { return false }
        return g_app_info_launch_default_for_uri(link, nil, nil) != 0
    }
    /// Starts a program and does not wait for it: with its arguments, and no shell between.
    /// - Parameter command: the words of a command line, quoted as a shell has them.
    package static func start(_ command: String) -> Bool {
        var words: UnsafeMutablePointer<UnsafeMutablePointer<gchar>?>?
        guard g_shell_parse_argv(command, nil, &words, nil) != 0 else { return false }
        defer { g_strfreev(words) }
        let flags = GSpawnFlags(
            G_SPAWN_SEARCH_PATH.rawValue | G_SPAWN_STDOUT_TO_DEV_NULL.rawValue | G_SPAWN_STDERR_TO_DEV_NULL.rawValue)
        return g_spawn_async(nil, words, nil, flags, nil, nil, nil, nil) != 0
    }
    @discardableResult
    package static func open(file path: String) -> Bool {
        guard let file = g_file_new_for_path(path), let uri = g_file_get_uri(file) else { return false }
        defer {
            g_free(uri)
            g_object_unref(UnsafeMutableRawPointer(file))
        }
        return g_app_info_launch_default_for_uri(uri, nil, nil) != 0
    }
    /// The type of a file by its name and first bytes, such as "image/png".
    package static func mimeType(of path: String) -> String {
        guard let type = g_content_type_guess(path, nil, 0, nil) else { return "application/octet-stream" }
        defer { g_free(type) }
        guard let mime = g_content_type_get_mime_type(type) else { return "application/octet-stream" }
        defer { g_free(mime) }
        return String(cString: mime)
    }
}

/// Copying files.
package enum FileCopy {
    /// Replaces what is there.
    /// - Returns: whether the copy is whole.
    package static func copy(_ path: String, to target: String) -> Bool {
        guard let from = g_file_new_for_path(path), let to = g_file_new_for_path(target) else { return false }
        defer {
            g_object_unref(UnsafeMutableRawPointer(from))
            g_object_unref(UnsafeMutableRawPointer(to))
        }
        return g_file_copy(from, to, G_FILE_COPY_OVERWRITE, nil, nil, nil, nil) != 0
    }
}
