import Glibc

/// A drawn picture of hills at a time of day, for a channel of pictures.
struct DemonstrationLandscape: Sendable {
    typealias Colour = DemonstrationPortrait.Colour

    let title: String
    let top: Colour
    let horizon: Colour
    let hills: Colour
    /// The sun's place, from 0 to 1, left to right and top to bottom.
    let sun: (x: Double, y: Double)

    static let all = [
        DemonstrationLandscape(
            title: "Morning", top: Colour(0x8EC5E8), horizon: Colour(0xF9E0C0), hills: Colour(0x5B7F5A),
            sun: (0.2, 0.55)),
        DemonstrationLandscape(
            title: "Noon", top: Colour(0x3F8FD6), horizon: Colour(0xD5ECFA), hills: Colour(0x4A8B47), sun: (0.5, 0.18)),
        DemonstrationLandscape(
            title: "Evening", top: Colour(0x2E2A5A), horizon: Colour(0xF29C5B), hills: Colour(0x2B3A3B), sun: (0.8, 0.6)
        ),
    ]

    static let width = 640
    static let height = 360

    func png() -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(Self.width * Self.height * 3)
        for row in 0..<Self.height {
            for column in 0..<Self.width {
                let colour = colour(Double(column) / Double(Self.width), Double(row) / Double(Self.height))
                for part in [colour.red, colour.green, colour.blue] { pixels.append(UInt8(max(0, min(255, part)))) }
            }
        }
        return PNGEncoder.encode(width: Self.width, height: Self.height, pixels: pixels)
    }

    private func colour(_ x: Double, _ y: Double) -> Colour {
        // Nearer hills are darker.
        for (distance, base, height, waves) in [
            (0.7, 0.86, 0.05, 9.0), (0.85, 0.76, 0.07, 6.0), (1.0, 0.66, 0.08, 4.0),
        ]
        where y > base - height * (sin(x * waves + base * 20) + 1) / 2 {
            return Colour(red: hills.red * distance, green: hills.green * distance, blue: hills.blue * distance)
        }
        let across = (x - sun.x) * Double(Self.width) / Double(Self.height)
        let down = y - sun.y
        if across * across + down * down < 0.004 { return Colour(0xFFF2C2) }
        func mixed(_ one: Double, _ other: Double) -> Double { one + (other - one) * min(1, y / 0.8) }
        return Colour(
            red: mixed(top.red, horizon.red), green: mixed(top.green, horizon.green),
            blue: mixed(top.blue, horizon.blue))
    }
}
