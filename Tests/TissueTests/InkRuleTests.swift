import Foundation
import Pixels
import Testing
import Tissue

private func color(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> RGBColor {
    RGBColor(red: red, green: green, blue: blue)
}

@Suite struct `Ink rule` {
    @Test(
        arguments: [
            // Nuclei: purple, dark, bluish, of pale and of strong stainers.
            color(80, 60, 140), color(60, 40, 110), color(100, 90, 160), color(110, 110, 175),
            color(90, 95, 165),
            color(75, 82, 160), color(130, 105, 175), color(55, 35, 80), color(150, 140, 195),
            // Cytoplasm, collagen and muscle in eosin, from pale to strong.
            color(235, 205, 220), color(225, 160, 190), color(220, 120, 160), color(200, 80, 130),
            color(230, 60, 120), color(180, 110, 160), color(225, 40, 90),
            // Red blood cells and bleeding.
            color(200, 80, 70), color(210, 110, 120), color(190, 60, 70), color(180, 50, 60),
            color(170, 40, 50),
            color(150, 30, 35), color(200, 60, 60),
            // DAB and melanin.
            color(150, 100, 60), color(120, 75, 45), color(95, 60, 40), color(70, 45, 30),
            // Glass and shadow.
            color(243, 242, 245), color(255, 255, 255), color(200, 200, 205), color(140, 140, 145),
        ])
    func `stained tissue and glass are not ink`(_ color: RGBColor) {
        #expect(InkRule.verdict(color) == .clear)
    }

    @Test(
        arguments: [
            // Blue, thin and dense; turquoise; green, thin and dense; red.
            color(30, 60, 160), color(100, 140, 210), color(20, 40, 120), color(60, 90, 180),
            color(40, 150, 190),
            color(40, 140, 70), color(120, 180, 140), color(30, 100, 60), color(60, 160, 100),
            color(200, 20, 30), color(220, 40, 50), color(190, 30, 40),
        ])
    func `markers are ink`(_ color: RGBColor) {
        #expect(InkRule.verdict(color) == .ink)
    }

    @Test(arguments: [
        color(0, 0, 0), color(20, 20, 20), color(45, 40, 42), color(70, 72, 75), color(30, 20, 25),
    ])
    func `black is black`(_ color: RGBColor) {
        #expect(InkRule.verdict(color) == .black)
    }

    @Test func `every mixture of the reference stains is clear`() {
        // Ruifrok and Johnston's vectors in any amounts of each that leave some light.
        let (hematoxylin, eosin) = (SIMD3(0.65, 0.70, 0.29), SIMD3(0.07, 0.99, 0.11))
        for h in stride(from: 0.0, through: 2.2, by: 0.1) {
            for e in stride(from: 0.0, through: 1.6, by: 0.1) where h + e < 2.5 {
                let density = h * hematoxylin + e * eosin
                let light = (0..<3).map { UInt8((255 * exp(-density[$0])).rounded()) }
                #expect(InkRule.verdict(color(light[0], light[1], light[2])) == .clear, "H \(h), E \(e)")
            }
        }
    }
}
