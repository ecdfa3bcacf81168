import Kernels
import Pixels
import Slides
import Testing

/// The definition: undo the premultiplication, then blend, in exact numbers.
private func blended(_ pixel: UInt32, on background: RGBColor) -> [Double] {
    let alpha = Double(pixel >> 24) / 255
    let channels = [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255].map { Double($0) }
    let below = [background.red, background.green, background.blue].map { Double($0) }
    return zip(channels, below).map { premultiplied, back in
        let color = alpha > 0 ? premultiplied / alpha : 0
        return color * alpha + back * (1 - alpha)
    }
}

@Suite struct `Compositing over the background` {
    @Test(arguments: [RGBColor.white, .black, RGBColor(red: 243, green: 17, blue: 128)])
    func `premultiplied pixels over a color are those of the definition`(background: RGBColor) {
        var random = SeededGenerator(seed: 8)
        let pixels = (0..<20_000).map { index -> UInt32 in
            // All alphas, with the ends more often; no channel above alpha, as premultiplied pixels are.
            let alpha = index % 5 == 0 ? [0, 255, 1, 254][index / 5 % 4] : random.next(in: 0..<256)
            let channels = (0..<3).map { _ in UInt32(random.next(in: 0..<(alpha + 1))) }
            return UInt32(alpha) << 24 | channels[0] << 16 | channels[1] << 8 | channels[2]
        }
        let image = Compositing.rgb(pixels, width: 200, height: 100, background: background)
        var largest = 0.0
        for (index, pixel) in pixels.enumerated() {
            for (channel, expected) in blended(pixel, on: background).enumerated() {
                largest = max(largest, abs(Double(image.pixels[index * 3 + channel]) - expected))
            }
        }
        #expect(largest <= 0.5 + 1e-9)
    }

    @Test func `opaque pixels stay and transparent ones become background`() {
        let background = RGBColor(red: 1, green: 2, blue: 3)
        let image = Compositing.rgb([0xFF0A_141E, 0], width: 2, height: 1, background: background)
        #expect(image[0, 0] == RGBColor(red: 10, green: 20, blue: 30) && image[1, 0] == background)
    }

    @Test func `values that break the rules do not wrap around`() {
        // A color above its alpha cannot come from premultiplication; it must saturate.
        let image = Compositing.rgb([0x80FF_FFFF], width: 1, height: 1, background: .white)
        #expect(image[0, 0] == .white)
    }
}
