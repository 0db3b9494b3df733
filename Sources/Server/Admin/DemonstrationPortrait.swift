/// A drawn picture of a demonstration member: head, hair and shoulders in plain colours, so that faces tell members
/// apart without pictures of people who are real.
struct DemonstrationPortrait: Sendable {
    struct Colour: Sendable {
        let red, green, blue: Double

        init(red: Double, green: Double, blue: Double) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// - Parameter hex: 0xRRGGBB.
        init(_ hex: Int) {
            red = Double(hex >> 16 & 255)
            green = Double(hex >> 8 & 255)
            blue = Double(hex & 255)
        }
    }

    enum Hair: Sendable {
        case short, long, bun
    }

    let ground: Colour
    let skin: Colour
    let hair: Colour
    let clothes: Colour
    let style: Hair

    init(ground: Int, skin: Int, hair: Int, clothes: Int, _ style: Hair) {
        self.ground = Colour(ground)
        self.skin = Colour(skin)
        self.hair = Colour(hair)
        self.clothes = Colour(clothes)
        self.style = style
    }

    /// Side of the square, in pixels.
    private static let size = 256
    /// Points looked at in each direction of a pixel, for smooth edges.
    private static let samples = 3

    func png() -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(Self.size * Self.size * 3)
        let count = Self.samples * Self.samples
        for row in 0..<Self.size {
            for column in 0..<Self.size {
                var sum = (red: 0.0, green: 0.0, blue: 0.0)
                for sample in 0..<count {
                    let colour = colour(
                        x: Self.coordinate(column, sample % Self.samples),
                        y: Self.coordinate(row, sample / Self.samples))
                    sum.red += colour.red
                    sum.green += colour.green
                    sum.blue += colour.blue
                }
                for part in [sum.red, sum.green, sum.blue] { pixels.append(UInt8(part / Double(count))) }
            }
        }
        return PNGEncoder.encode(width: Self.size, height: Self.size, pixels: pixels)
    }

    /// From -1 to 1, left to right and top to bottom.
    private static func coordinate(_ pixel: Int, _ sample: Int) -> Double {
        (Double(pixel) + (Double(sample) + 0.5) / Double(samples)) / Double(size) * 2 - 1
    }

    /// What lies uppermost at a point.
    private func colour(x: Double, y: Double) -> Colour {
        func ellipse(_ centreX: Double, _ centreY: Double, _ width: Double, _ height: Double) -> Bool {
            let across = (x - centreX) / width
            let down = (y - centreY) / height
            return across * across + down * down <= 1
        }
        if ellipse(-0.15, -0.1, 0.035, 0.045) || ellipse(0.15, -0.1, 0.035, 0.045) { return Colour(0x2B2622) }
        // The lower rim of one ellipse without another: a smile.
        if y > 0.1, ellipse(0, 0.06, 0.17, 0.14), !ellipse(0, 0.03, 0.19, 0.13) { return Colour(0x8C3B3B) }
        let isFringe = y < -0.22 && ellipse(0, -0.12, 0.43, 0.5)
        if isFringe { return hair }
        if ellipse(0, -0.05, 0.37, 0.44) { return skin }
        switch style {
        case .short: if y < -0.05, ellipse(0, -0.14, 0.43, 0.5) { return hair }
        case .long: if y < 0.55, ellipse(0, 0.05, 0.5, 0.72) { return hair }
        case .bun:
            if ellipse(0, -0.7, 0.2, 0.18) || (y < 0.05 && ellipse(0, -0.12, 0.44, 0.52)) { return hair }
        }
        if y < 0.6, ellipse(0, 0.42, 0.15, 0.3) { return skin }
        if ellipse(0, 1.05, 0.75, 0.6) { return clothes }
        return ground
    }
}
