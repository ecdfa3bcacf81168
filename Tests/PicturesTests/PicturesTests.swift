import Pictures
import Pixels
import Testing

@Suite struct Pictures {
    /// CIE L* of an sRGB color.
    private func lightness(_ color: RGBColor) -> Double {
        func linear(_ byte: UInt8) -> Double {
            let value = Double(byte) / 255
            return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
        }
        func power(_ x: Double) -> Double {  // x^2.4 by repeated square roots: x^2 * x^0.4
            var root = x
            for _ in 0..<200 {
                root -= (root * root * root * root * root - x * x) / (5 * root * root * root * root)
            }
            return x * x * root
        }
        let y = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
        var root = max(y, 1e-9)
        for _ in 0..<200 { root -= (root * root * root - y) / (3 * root * root) }
        return y > 0.008856 ? 116 * root - 16 : 903.3 * y
    }

    @Test func `lightness of the color ramp rises evenly`() {
        let ramp = ColorRamp()
        let steps = (0...10).map { lightness(ramp.color(at: Double($0) / 10)) }
        let rises = zip(steps.dropFirst(), steps).map { $0 - $1 }
        #expect(rises.allSatisfy { $0 > 3 && $0 < 12 }, "\(rises)")
    }

    @Test func `values outside the scale and NaN take an end color`() {
        let ramp = ColorRamp()
        #expect(ramp.color(at: 7) == ramp.color(at: 1) && ramp.color(at: -.infinity) == ramp.color(at: 0))
        #expect(ramp.color(at: .nan) == ramp.color(at: 0))
    }

    @Test func `a line covers the area of its width`() {
        var canvas = Canvas(width: 60, height: 40, background: .black)
        canvas.line(from: (10, 20), to: (50, 20), width: 3, .white)
        let ink = stride(from: 0, to: canvas.image.pixels.count, by: 3).reduce(0.0) {
            $0 + Double(canvas.image.pixels[$1]) / 255
        }
        #expect(abs(ink - (40 * 3 + .pi * 1.5 * 1.5)) < 8)
        #expect(canvas.image[30, 20] == .white && canvas.image[30, 23] == .black)
    }

    @Test func `all text that pictures use has glyphs and stays in its box`() {
        for text in ["0123456789.", "normal 99 %", "2 mm", "score ≥ 0.61", "unread (3)"] {
            let height = 12.0
            let width = Canvas.width(of: text, height: height)
            var canvas = Canvas(width: Int(width) + 20, height: 40, background: .white)
            canvas.text(text, x: 10, y: 10, height: height, .black)
            let image = canvas.image
            let dark = (0..<image.pixelCount).filter { image.pixels[$0 * 3] < 128 }
            #expect(dark.count > text.count * 5)
            let xs = dark.map { $0 % image.width }
            #expect(xs.allSatisfy { $0 >= 8 && Double($0) <= 12 + width })
        }
    }

    @Test(arguments: [(0.7, 0.5), (1.0, 1.0), (2.4, 2.0), (9.99, 5.0), (0.021, 0.02)])
    func `scale bars have round lengths`(limit: Double, expected: Double) {
        #expect(abs(AxisTicks.roundNumber(notAbove: limit) - expected) < 1e-12)
    }

    @Test func `ticks are round and inside`() {
        let ticks = AxisTicks.values(from: 0.31, to: 0.74, count: 5)
        #expect(ticks.allSatisfy { $0 >= 0.31 && $0 <= 0.74 } && ticks.count >= 4)
        #expect(AxisTicks.text(0.35, places: 2) == "0.35" && AxisTicks.text(-1.005, places: 1) == "-1.0")
        #expect(AxisTicks.text(-0.001, places: 1) == "0.0" && AxisTicks.text(12, places: 0) == "12")
    }
}
