internal import CGtk
internal import GtkShims

/// A named icon.
@MainActor package final class Image: Widget {
    package init(icon: String, size: Int? = nil) {
        super.init(floating: gtk_image_new_from_icon_name(icon))
        if let size { gtk_image_set_pixel_size(opaque, Int32(size)) }
    }
    package func setIcon(_ name: String) { gtk_image_set_from_icon_name(opaque, name) }
    package func setFile(_ path: String) { gtk_image_set_from_file(opaque, path) }
}

/// Pixels that can be shown in several places.
@MainActor package final class Texture: GtkObject {
    /// - Returns: nil for a file that is no picture or cannot be read.
    package convenience init?(path: String) {
        guard let texture = gdk_texture_new_from_filename(path, nil) else { return nil }
        self.init(owned: UnsafeMutableRawPointer(texture))
    }
    package override init(owned raw: UnsafeMutableRawPointer) { super.init(owned: raw) }
    package var pixelWidth: Int { Int(gdk_texture_get_width(opaque)) }
    package var pixelHeight: Int { Int(gdk_texture_get_height(opaque)) }
    /// Whether the file was written.
    package func savePNG(_ path: String) -> Bool { gdk_texture_save_to_png(opaque, path) != 0 }
}

/// A picture that keeps its proportions.
@MainActor package final class Picture: Widget {
    package init() {
        super.init(floating: gtk_picture_new())
        gtk_picture_set_can_shrink(opaque, 1)
    }
    package func setTexture(_ texture: Texture?) { gtk_picture_set_paintable(opaque, texture?.opaque) }
    /// A paintable made elsewhere, such as a player's picture.
    package func setPaintable(_ paintable: GtkObject?) { gtk_picture_set_paintable(opaque, paintable?.opaque) }
    package func setFile(_ path: String) { gtk_picture_set_filename(opaque, path) }
    package func setAlternative(_ text: String) {
        gtk_picture_set_alternative_text(opaque, text)
        setAccessibleLabel(text)
    }
    package func setCovers(_ covers: Bool) {
        gtk_picture_set_content_fit(opaque, covers ? GTK_CONTENT_FIT_COVER : GTK_CONTENT_FIT_CONTAIN)
    }
}

@MainActor package final class Spinner: Widget {
    package init() { super.init(floating: gtk_spinner_new()) }
    package var isSpinning: Bool {
        get { gtk_spinner_get_spinning(opaque) != 0 }
        set { gtk_spinner_set_spinning(opaque, Int32(flag: newValue)) }
    }
}

@MainActor package final class ProgressBar: Widget {
    package init() { super.init(floating: gtk_progress_bar_new()) }
    package var fraction: Double {
        get { gtk_progress_bar_get_fraction(opaque) }
        set { gtk_progress_bar_set_fraction(opaque, min(1, max(0, newValue))) }
    }
}

@MainActor package final class LevelBar: Widget {
    package init(label: String) {
        super.init(floating: gtk_level_bar_new())
        setAccessibleLabel(label)
    }
    package var value: Double {
        get { gtk_level_bar_get_value(opaque) }
        set { gtk_level_bar_set_value(opaque, min(1, max(0, newValue))) }
    }
}

/// A picture of a person, or the first letters of the name.
@MainActor package final class Avatar: Widget {
    package init(size: Int, name: String = "") {
        super.init(floating: adw_avatar_new(Int32(size), name, 1))
    }
    package func setName(_ name: String) { adw_avatar_set_text(opaque, name) }
    package func setTexture(_ texture: Texture?) { adw_avatar_set_custom_image(opaque, texture?.opaque) }
    package func setIcon(_ name: String?) { adw_avatar_set_icon_name(opaque, name) }
}
