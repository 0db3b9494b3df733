internal import CGtk
internal import GtkShims

/// A colour of what is drawn.
package struct Colour: Sendable, Equatable {
    package var red: Double
    package var green: Double
    package var blue: Double
    package var alpha: Double

    package init(_ red: Double, _ green: Double, _ blue: Double, _ alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    package func with(alpha: Double) -> Colour { Colour(red, green, blue, alpha) }
}

/// Where something is drawn, for the time of drawing.
@MainActor package struct Canvas {
    package enum Anchor: Sendable { case start, middle, end }

    private let context: OpaquePointer
    private let widget: UnsafeMutablePointer<GtkWidget>

    fileprivate init(_ context: OpaquePointer, _ widget: UnsafeMutablePointer<GtkWidget>) {
        self.context = context
        self.widget = widget
    }

    /// A colour of the style that the widget has, such as "accent_color".
    package func named(_ name: String, or other: Colour) -> Colour {
        var found = GdkRGBA()
        guard gtk_style_context_lookup_color(gtk_widget_get_style_context(widget), name, &found) != 0 else {
            return other
        }
        return Colour(Double(found.red), Double(found.green), Double(found.blue), Double(found.alpha))
    }

    private func set(_ colour: Colour) {
        cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
    }

    package func line(_ points: [(x: Double, y: Double)], _ colour: Colour, width: Double, dashed: Bool = false) {
        guard let first = points.first else { return }
        cairo_save(context)
        set(colour)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        if dashed { cairo_set_dash(context, [3, 3], 2, 0) }
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_stroke(context)
        cairo_restore(context)
    }

    package func area(_ points: [(x: Double, y: Double)], _ colour: Colour) {
        guard let first = points.first else { return }
        set(colour)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_close_path(context)
        cairo_fill(context)
    }

    package func dot(_ x: Double, _ y: Double, radius: Double, _ colour: Colour) {
        set(colour)
        cairo_arc(context, x, y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    package func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double, _ colour: Colour) {
        set(colour)
        cairo_new_sub_path(context)
        cairo_arc(context, x + width - radius, y + radius, radius, -.pi / 2, 0)
        cairo_arc(context, x + width - radius, y + height - radius, radius, 0, .pi / 2)
        cairo_arc(context, x + radius, y + height - radius, radius, .pi / 2, .pi)
        cairo_arc(context, x + radius, y + radius, radius, .pi, 3 * .pi / 2)
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// - Parameters:
    ///   - x: where the text starts, has its middle or ends, as `anchor` says.
    ///   - y: its upper edge.
    ///   - scale: of the widget's font.
    /// - Returns: the text's size.
    @discardableResult
    package func text(
        _ text: String, _ x: Double, _ y: Double, _ colour: Colour, anchor: Anchor = .start, scale: Double = 0.82,
        isDrawn: Bool = true
    ) -> (width: Double, height: Double) {
        guard let layout = gtk_widget_create_pango_layout(widget, text) else { return (0, 0) }
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        let attributes = pango_attr_list_new()
        pango_attr_list_insert(attributes, pango_attr_scale_new(scale))
        pango_layout_set_attributes(layout, attributes)
        pango_attr_list_unref(attributes)
        var width: Int32 = 0
        var height: Int32 = 0
        pango_layout_get_pixel_size(layout, &width, &height)
        if isDrawn {
            let offset =
                switch anchor {
                case .start: 0.0
                case .middle: Double(width) / 2
                case .end: Double(width)
                }
            set(colour)
            cairo_move_to(context, (x - offset).rounded(), y.rounded())
            pango_cairo_show_layout(context, layout)
        }
        return (Double(width), Double(height))
    }
}

/// Draws itself by a function.
@MainActor package final class DrawingArea: Widget {
    private final class Drawing {
        let draw: @MainActor (Canvas, Double, Double) -> Void
        init(_ draw: @escaping @MainActor (Canvas, Double, Double) -> Void) { self.draw = draw }
    }

    /// - Parameter label: what is drawn, in words.
    package init(label: String) {
        super.init(floating: mado_drawing_area_new())
        setAccessibleLabel(label)
    }

    /// - Parameter draw: with the width and height that there are. Capture weakly what owns the area.
    package func onDraw(_ draw: @escaping @MainActor (Canvas, Double, Double) -> Void) {
        let box = Unmanaged.passRetained(Drawing(draw)).toOpaque()
        gtk_drawing_area_set_draw_func(
            typed(),
            { area, context, width, height, box in
                guard let area, let context, let box else { return }
                onMainThread((area, context, box)) { area, context, box in
                    let drawing = Unmanaged<Drawing>.fromOpaque(box).takeUnretainedValue()
                    let widget = UnsafeMutableRawPointer(area).assumingMemoryBound(to: GtkWidget.self)
                    drawing.draw(Canvas(context, widget), Double(width), Double(height))
                }
            }, box, { box in if let box { Unmanaged<Drawing>.fromOpaque(box).release() } })
    }
}

/// Where the pointer is over a widget.
@MainActor package final class PointerController: EventController {
    package init(move: @escaping @MainActor (Double, Double) -> Void, leave: @escaping @MainActor () -> Void) {
        super.init(owned: UnsafeMutableRawPointer(gtk_event_controller_motion_new()))
        on("motion", arguments: { move($0.double(0), $0.double(1)) })
        on("leave", leave)
    }
}
