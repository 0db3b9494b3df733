/// Places in a box, in their order, each filled when it is first needed: a long list makes hundreds of rows, and most of them
/// show little of what a row can show.
@MainActor package final class BoxPlaces<Place: CaseIterable & Equatable> {
    private let box: Box
    private var children: [Widget?]

    package init(_ box: Box) {
        self.box = box
        children = Array(repeating: nil, count: Place.allCases.count)
    }

    /// Fills a place, once.
    @discardableResult
    package func put<Child: Widget>(_ child: Child, _ place: Place) -> Child {
        let index = index(of: place)
        box.insert(child, after: children[..<index].last { $0 != nil } ?? nil)
        children[index] = child
        return child
    }

    /// Hides what is at a place, if something is.
    package func hide(_ place: Place) { children[index(of: place)]?.isVisible = false }

    private func index(of place: Place) -> Int {
        Place.allCases.enumerated().first { $0.element == place }?.offset ?? 0
    }
}
