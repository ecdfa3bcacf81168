internal import Kernels
internal import Networks
internal import Pictures
internal import Pixels

/// The heatmap of one film: the film with the scored part framed, and that part with the anomaly map over it.
///
/// The colors depend on the model alone, so that a color means the same on every film: from nothing to twice the 99th
/// percentile of the scores of held-out normals. A score is the mean of its map, before the map is enlarged.
struct AnomalyPicture {
    /// Whole film and scored part, gray.
    let film: RGBImage
    /// Where in the film the scored part lies, as parts of its sides.
    let crop: (start: Double, length: Double)
    /// Row by row, square.
    let map: Plane<Float>
    let highest: Double
    let title: String
    let subtitle: String

    private static let ramp = ColorRamp()
    private static let ink = RGBColor(red: 30, green: 30, blue: 34)
    private static let frame = RGBColor(red: 250, green: 200, blue: 60)
    private static let side = 448
    private static let margin = 16
    private static let header = 58
    private static let bar = 110
    private static let opacity = 0.55

    func draw() -> RGBImage {
        let margin = Self.margin
        var canvas = Canvas(
            width: 2 * Self.side + 3 * margin + Self.bar, height: Self.header + Self.side + margin,
            background: .white)
        canvas.text(title, x: Double(margin), y: 14, height: 13, Self.ink)
        canvas.text(subtitle, x: Double(margin), y: 37, height: 9, Self.ink)
        let whole = film.resized(to: Self.side)
        canvas.draw(whole, x: margin, y: Self.header)
        let start = Int((crop.start * Double(Self.side)).rounded())
        let length = Int((crop.length * Double(Self.side)).rounded())
        for inset in 0..<2 {
            canvas.frame(
                PixelRect(
                    x: margin + start + inset, y: Self.header + start + inset, width: length - 2 * inset,
                    height: length - 2 * inset), Self.frame)
        }
        canvas.draw(overlay(), x: 2 * margin + Self.side, y: Self.header)
        drawBar(on: &canvas, left: 3 * margin + 2 * Self.side)
        return canvas.image
    }

    /// The scored part with the map over it.
    private func overlay() -> RGBImage {
        let start = Int((crop.start * Double(film.width)).rounded())
        let length = max(1, Int((crop.length * Double(film.width)).rounded()))
        let part = film.cropped(to: PixelRect(x: start, y: start, width: length, height: length))
        var canvas = Canvas(part.resized(to: Self.side))
        for y in 0..<Self.side {
            for x in 0..<Self.side {
                let value = Double(map[x * map.width / Self.side, y * map.height / Self.side])
                canvas.fill(
                    PixelRect(x: x, y: y, width: 1, height: 1), Self.ramp.color(at: value / highest),
                    opacity: Self.opacity)
            }
        }
        return canvas.image
    }

    private func drawBar(on canvas: inout Canvas, left: Int) {
        let (top, height) = (Self.header + 20, Self.side - 20)
        canvas.text("distance", x: Double(left), y: Double(Self.header), height: 9, Self.ink)
        for row in 0..<height {
            canvas.fill(
                PixelRect(x: left, y: top + row, width: 20, height: 1),
                Self.ramp.color(at: 1 - Double(row) / Double(height - 1)))
        }
        canvas.frame(PixelRect(x: left - 1, y: top - 1, width: 22, height: height + 2), Self.ink)
        for tick in AxisTicks.values(from: 0, to: highest, count: 6) {
            let y = Double(top) + (1 - tick / highest) * Double(height - 1)
            canvas.fill(PixelRect(x: left + 20, y: Int(y.rounded()), width: 5, height: 1), Self.ink)
            canvas.text(
                AxisTicks.text(tick, places: highest < 1 ? 2 : 1), x: Double(left + 30), y: y - 5, height: 10,
                Self.ink)
        }
    }
}

extension RGBImage {
    fileprivate func resized(to side: Int) -> RGBImage {
        BilinearResampler(inputWidth: width, inputHeight: height, outputWidth: side, outputHeight: side)
            .resample(self)
    }
}
