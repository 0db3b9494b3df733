import ClientKit
import GtkKit

/// One line of a chart.
struct ChartLine: Equatable {
    var label: String
    var unit: String?
    /// Oldest first.
    var points: [SeriesPoint]
}

/// Series of numbers over time, drawn by the program itself. The pointer or the arrow keys read single values.
@MainActor final class ChartView {
    let widget: DrawingArea
    private var lines: [ChartLine] = []
    private var from: Int64 = 0
    private var to: Int64 = 1
    private let isSmall: Bool
    /// The moment whose values are read.
    private var cursor: Int64?

    /// - Parameter isSmall: without axes, as a part of something else.
    init(isSmall: Bool = false) {
        self.isSmall = isSmall
        widget = DrawingArea(label: tr("Chart"))
        widget.setExpands(horizontally: true, vertically: !isSmall)
        widget.setSizeRequest(height: isSmall ? 84 : 150)
        widget.onDraw { [weak self] canvas, width, height in self?.draw(canvas, width, height) }
        guard !isSmall else { return }
        widget.isFocusable = true
        widget.addController(
            PointerController { [weak self] x, _ in
                self?.point(x)
            } leave: { [weak self] in
                self?.setCursor(nil)
            })
        widget.addController(
            KeyController { [weak self] key, _ in
                switch key {
                case Key.left: self?.moveCursor(-1)
                case Key.right: self?.moveCursor(1)
                default: return false
                }
                return true
            })
    }

    func show(_ lines: [ChartLine], from: Int64, to: Int64) {
        (self.lines, self.from, self.to) = (lines, from, max(from + 1, to))
        widget.setAccessibleLabel(summary)
        widget.queueDraw()
    }

    /// The chart in words.
    var summary: String {
        let parts = lines.map { line -> String in
            guard let last = line.points.last, let low = line.points.map(\.value).min(),
                let high = line.points.map(\.value).max()
            else { return tr("%@: no values yet", line.label) }
            let unit = line.unit.map { " " + $0 } ?? ""
            return tr(
                "%1$@: now %2$@, lowest %3$@, highest %4$@", line.label, ChartScale.text(last.value) + unit,
                ChartScale.text(low), ChartScale.text(high))
        }
        return ([tr("Chart")] + parts).joined(separator: ". ")
    }

    // MARK: Reading values

    private func point(_ x: Double) {
        let width = Double(widget.width) - margin.left - margin.right
        guard width > 0 else { return }
        let share = min(1, max(0, (x - margin.left) / width))
        setCursor(from + Int64(share * Double(to - from)))
    }

    private func moveCursor(_ by: Int) {
        let times = Set(lines.flatMap { $0.points.map(\.timestamp) }).sorted()
        guard !times.isEmpty else { return }
        let at = cursor.map { now in times.lastIndex { $0 <= now } ?? 0 } ?? times.count
        setCursor(times[min(max(0, at + by), times.count - 1)])
        let now = LocalTime(cursor ?? 0)
        widget.setAccessibleDescription(
            ([now.time] + readings().map { "\($0.label) \($0.text)" }).joined(separator: ", "))
    }

    private func setCursor(_ time: Int64?) {
        guard cursor != time else { return }
        cursor = time
        widget.queueDraw()
    }

    private func readings() -> [(label: String, text: String, index: Int, point: SeriesPoint)] {
        guard let cursor else { return [] }
        return lines.enumerated().compactMap { index, line in
            guard let point = line.points.min(by: { abs($0.timestamp - cursor) < abs($1.timestamp - cursor) }) else {
                return nil
            }
            return (line.label, ChartScale.text(point.value) + (line.unit.map { " " + $0 } ?? ""), index, point)
        }
    }

    // MARK: Drawing

    private var margin: (left: Double, top: Double, right: Double, bottom: Double) {
        isSmall ? (2, 6, 46, 6) : (10, 30, 58, 26)
    }

    /// Several units share an axis only as changes in per cent.
    private var isRelative: Bool { Set(lines.map { $0.unit ?? "" }).count > 1 }

    private func shown(_ line: ChartLine, _ value: Double) -> Double {
        guard isRelative, let first = line.points.first?.value, first != 0 else { return value }
        return (value / first - 1) * 100
    }

    private static func colours(_ canvas: Canvas) -> [Colour] {
        [
            canvas.named("accent_color", or: Colour(0.11, 0.44, 0.85)), Colour(0.90, 0.45, 0.10),
            Colour(0.15, 0.64, 0.41),
            Colour(0.57, 0.25, 0.67), Colour(0.75, 0.15, 0.20), Colour(0.35, 0.45, 0.55),
        ]
    }

    private func draw(_ canvas: Canvas, _ width: Double, _ height: Double) {
        let text = canvas.named("view_fg_color", or: Colour(0.2, 0.2, 0.2))
        let box = (
            left: margin.left, top: margin.top, right: width - margin.right, bottom: height - margin.bottom
        )
        guard box.right - box.left > 20, box.bottom - box.top > 20 else { return }
        let values = lines.flatMap { line in line.points.filter { $0.timestamp >= from }.map { shown(line, $0.value) } }
        guard !values.isEmpty else {
            canvas.text(
                tr("No values yet"), width / 2, height / 2 - 8, text.with(alpha: 0.6), anchor: .middle, scale: 1)
            return
        }
        let range = ChartScale.range(values)
        let (begin, end) = (from, to)
        func x(_ time: Int64) -> Double {
            box.left + Double(time - begin) / Double(end - begin) * (box.right - box.left)
        }
        func y(_ value: Double) -> Double {
            box.bottom - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (box.bottom - box.top)
        }
        drawAxes(canvas, text, range, box, x, y)
        let colours = Self.colours(canvas)
        for (index, line) in lines.enumerated() {
            let points = line.points.filter { $0.timestamp >= from }.map {
                (x: x($0.timestamp), y: y(shown(line, $0.value)))
            }
            guard let last = points.last else { continue }
            let colour = colours[index % colours.count]
            if lines.count == 1, points.count > 1 {
                canvas.area(
                    [(points[0].x, box.bottom)] + points.map { ($0.x, $0.y) } + [(last.x, box.bottom)],
                    colour.with(alpha: 0.12))
            }
            canvas.line(points.map { ($0.x, $0.y) }, colour, width: isSmall ? 1.6 : 2)
            canvas.dot(last.x, last.y, radius: isSmall ? 2.5 : 3.5, colour)
            if let value = line.points.last?.value, isSmall || lines.count == 1 {
                canvas.text(ChartScale.text(value), box.right + 5, last.y - 8, text, scale: 0.8)
            }
        }
        guard !isSmall else { return }
        drawLegend(canvas, text, colours, width)
        if let cursor { drawCursor(canvas, text, x(cursor), box, colours, x, y) }
    }

    private typealias Frame = (left: Double, top: Double, right: Double, bottom: Double)

    private func drawAxes(
        _ canvas: Canvas, _ text: Colour, _ range: ClosedRange<Double>, _ box: Frame, _ x: (Int64) -> Double,
        _ y: (Double) -> Double
    ) {
        guard !isSmall else { return }
        let faint = text.with(alpha: 0.12)
        let dim = text.with(alpha: 0.62)
        for value in ChartScale.values(range, count: max(2, Int((box.bottom - box.top) / 44))) {
            let height = y(value).rounded() + 0.5
            canvas.line([(box.left, height), (box.right, height)], faint, width: 1)
            let label = ChartScale.text(value) + (isRelative ? " %" : "")
            // The newest value of a single line stands there already.
            if lines.count == 1, let last = lines[0].points.last, abs(y(last.value) - height) < 12 { continue }
            canvas.text(label, box.right + 6, height - 8, dim, scale: 0.78)
        }
        let (times, step) = ChartScale.times(from: from, to: to, count: max(2, Int((box.right - box.left) / 72)))
        for time in times {
            let place = x(time).rounded() + 0.5
            canvas.line([(place, box.top), (place, box.bottom)], faint, width: 1)
            canvas.text(ChartScale.text(time, step: step), place, box.bottom + 5, dim, anchor: .middle, scale: 0.78)
        }
    }

    private func drawLegend(_ canvas: Canvas, _ text: Colour, _ colours: [Colour], _ width: Double) {
        var place = margin.left + 2
        for (index, line) in lines.enumerated() {
            let unit = line.unit.map { " (\($0))" } ?? ""
            canvas.dot(place + 4, 14, radius: 4, colours[index % colours.count])
            let size = canvas.text(line.label + unit, place + 13, 6, text, scale: 0.84)
            place += size.width + 30
            if place > width - 40 { break }
        }
    }

    private func drawCursor(
        _ canvas: Canvas, _ text: Colour, _ place: Double, _ box: Frame, _ colours: [Colour], _ x: (Int64) -> Double,
        _ y: (Double) -> Double
    ) {
        let found = readings()
        guard let first = found.first else { return }
        canvas.line([(place, box.top), (place, box.bottom)], text.with(alpha: 0.45), width: 1, dashed: true)
        let title = LocalTime(first.point.timestamp)
        let rows =
            [title.text(to - from > 86_400_000 ? tr("%e %b") : "%H:%M:%S")] + found.map { "\($0.label): \($0.text)" }
        let sizes = rows.map { canvas.text($0, 0, 0, text, scale: 0.82, isDrawn: false) }
        let width = (sizes.map(\.width).max() ?? 0) + 18
        let height = sizes.reduce(0) { $0 + $1.height } + 10
        let left = place + 10 + width < box.right ? place + 10 : max(2, place - 10 - width)
        canvas.box(left, box.top + 4, width, height, radius: 7, canvas.named("popover_bg_color", or: Colour(1, 1, 1)))
        var top = box.top + 9
        for (index, row) in rows.enumerated() {
            canvas.text(row, left + 9, top, index == 0 ? text.with(alpha: 0.65) : text, scale: 0.82)
            top += sizes[index].height
        }
        for reading in found {
            let line = lines[reading.index]
            canvas.dot(
                x(reading.point.timestamp), y(shown(line, reading.point.value)), radius: 4.5,
                colours[reading.index % colours.count])
        }
    }
}
