import ClientKit
import GtkKit

/// Keeps a chart at what its feeds bring: the past once, then every value as it arrives, and the time as it goes by.
/// Nothing moves while the chart cannot be seen.
@MainActor final class ChartSource {
    let chart: ChartView
    private let portal: PortalModel
    private let lines: [Programme.Line]
    private let window: Int64
    private let isSmall: Bool
    private var moving: MainLoop.Repeating?
    private var isReading = false
    private var isAskedAgain = false

    init(_ lines: [Programme.Line], window: Int64, portal: PortalModel, isSmall: Bool = false) {
        self.lines = lines
        self.window = window
        self.isSmall = isSmall
        self.portal = portal
        chart = ChartView(isSmall: isSmall)
        portal.changes.observe(self) { [weak self] change in
            if case .series(let room) = change, let self, lines.contains(where: { $0.roomID == room }) { read() }
        }
        chart.widget.on("map") { [weak self] in self?.start() }
        chart.widget.on("unmap") { [weak self] in self?.stop() }
        read()
        load()
    }

    func stop() {
        moving?.stop()
        moving = nil
    }

    private func start() {
        stop()
        // As often as the lines move by a pixel or so.
        let period = Int(min(max(1000, window / 600), 60_000))
        moving = MainLoop.every(milliseconds: period) { [weak self] in
            self?.read()
            return self != nil
        }
    }

    /// The past, from the server; what is kept here is shown meanwhile, and without a connection.
    private func load() {
        let from = LocalTime.currentMilliseconds - window
        for line in lines {
            Task { [portal] in try? await portal.loadPoints(of: line.name, in: line.roomID, from: from) }
        }
    }

    private func read() {
        guard !isReading else { return isAskedAgain = true }
        isReading = true
        Task { [weak self, portal, lines, window] in
            let now = LocalTime.currentMilliseconds
            var shown: [ChartLine] = []
            for line in lines {
                let points = await portal.points(of: line.name, in: line.roomID, from: now - window)
                shown.append(ChartLine(label: line.label, unit: line.unit, points: points))
            }
            guard let self else { return }
            // In a small chart every pixel counts.
            let first = isSmall ? shown.compactMap { $0.points.first?.timestamp }.min() : nil
            chart.show(shown, from: max(now - window, first ?? 0), to: now)
            isReading = false
            if isAskedAgain {
                isAskedAgain = false
                read()
            }
        }
    }
}
