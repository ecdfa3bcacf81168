internal import Pictures
internal import Pixels
internal import Tissue

/// `heatmap.png`: the slide in gray, scored cells in color, unread cells hatched, the tissue outlined, with
/// color bar and scale bar.
struct HeatmapPicture {
    let thumbnail: Thumbnail
    let mask: TissueMask
    let verdicts: [TileVerdict]
    /// Nil if nothing was scored.
    let scale: ScoreScale?
    /// Lines of text above the picture.
    let title: String
    let subtitle: String
    /// Whose scores the marks of the color bar are.
    let reference: String
    /// What a reader must know before trusting the picture, below it; may be empty.
    let caption: String

    private static let ramp = ColorRamp()
    private static let ink = RGBColor(red: 30, green: 30, blue: 34)
    private static let outline = RGBColor(red: 20, green: 120, blue: 60)
    private static let opacity = 0.68
    private static let margin = 16
    private static let header = 58
    private static let panel = 190
    private static let textHeight = 11.0
    private static let captionHeight = 9.0
    private static let captionLine = 17

    func draw() -> RGBImage {
        let picture = pictureWithCells()
        let height = max(picture.height, 320)
        let width = picture.width + Self.panel + 2 * Self.margin
        // A character is as wide as it is high.
        let lines = caption.wrapped(to: Int(Double(width - 2 * Self.margin) / Self.captionHeight))
        let footer = Self.margin + 54
        var canvas = Canvas(
            width: width, height: height + Self.header + footer + lines.count * Self.captionLine,
            background: .white)
        canvas.draw(picture, x: Self.margin, y: Self.header)
        canvas.frame(
            PixelRect(
                x: Self.margin - 1, y: Self.header - 1, width: picture.width + 2, height: picture.height + 2),
            RGBColor(red: 150, green: 150, blue: 150))
        drawText(title, on: &canvas, x: Double(Self.margin), y: 14, height: 13)
        drawText(subtitle, on: &canvas, x: Double(Self.margin), y: 37, height: 9)
        drawScaleBar(
            on: &canvas, left: Self.margin, top: Self.header + picture.height + 12, width: picture.width)
        if let scale {
            drawColorBar(
                scale, on: &canvas, left: picture.width + 2 * Self.margin, top: Self.header + 26,
                height: height - 100)
        }
        for (index, line) in lines.enumerated() {
            let y = height + Self.header + footer - Self.margin + index * Self.captionLine
            drawText(line, on: &canvas, x: Double(Self.margin), y: Double(y), height: Self.captionHeight)
        }
        return canvas.image
    }

    // MARK: The slide

    private func pictureWithCells() -> RGBImage {
        var canvas = Canvas(thumbnail.image.paleGray())
        for verdict in verdicts {
            let rect = thumbnail.rect(of: verdict.site.cell)
            switch verdict.outcome {
            case .scored(let score):
                guard let scale else { continue }
                canvas.fill(rect, Self.ramp.color(at: scale.position(Double(score))), opacity: Self.opacity)
            case .unread: hatch(rect, on: &canvas)
            case .degenerateStain: canvas.frame(rect, Self.ink)
            }
        }
        drawOutline(on: &canvas)
        return canvas.image
    }

    private func hatch(_ rect: PixelRect, on canvas: inout Canvas) {
        canvas.fill(rect, .white)
        for y in rect.y..<rect.maxY {
            for x in rect.x..<rect.maxX where (x + y) % 4 == 0 {
                canvas.fill(PixelRect(x: x, y: y, width: 1, height: 1), Self.ink)
            }
        }
    }

    /// The border of the tissue mask: tissue pixels of the picture with a neighbor that is none.
    private func drawOutline(on canvas: inout Canvas) {
        let inside = thumbnail.plane { mask.isTissue(x: $0, y: $1) }
        for y in 0..<inside.height {
            for x in 0..<inside.width where inside[x, y] {
                let isBorder =
                    (x > 0 && !inside[x - 1, y]) || (x + 1 < inside.width && !inside[x + 1, y])
                    || (y > 0 && !inside[x, y - 1]) || (y + 1 < inside.height && !inside[x, y + 1])
                if isBorder { canvas.fill(PixelRect(x: x, y: y, width: 1, height: 1), Self.outline) }
            }
        }
    }

    // MARK: Legends

    private func drawScaleBar(on canvas: inout Canvas, left: Int, top: Int, width: Int) {
        let millimeters = AxisTicks.roundNumber(
            notAbove: Double(width) * thumbnail.micronsPerPixel / 1_000 * 0.3)
        let length = Int((millimeters * 1_000 / thumbnail.micronsPerPixel).rounded())
        canvas.fill(PixelRect(x: left, y: top, width: length, height: 4), Self.ink)
        let places = millimeters < 0.1 ? 2 : millimeters < 1 ? 1 : 0
        drawText(
            AxisTicks.text(millimeters, places: places) + " mm", on: &canvas, x: Double(left + length + 8),
            y: Double(top) - 4, height: Self.textHeight)
    }

    private func drawColorBar(
        _ scale: ScoreScale, on canvas: inout Canvas, left: Int, top: Int, height: Int
    ) {
        drawText("score", on: &canvas, x: Double(left), y: Double(top - 26), height: Self.textHeight)
        for row in 0..<height {
            let color = Self.ramp.color(at: 1 - Double(row) / Double(height - 1))
            canvas.fill(PixelRect(x: left, y: top + row, width: 22, height: 1), color)
        }
        canvas.frame(PixelRect(x: left - 1, y: top - 1, width: 24, height: height + 2), Self.ink)
        func y(_ score: Double) -> Double {
            Double(top) + (1 - scale.position(score)) * Double(height - 1)
        }
        let ticks = AxisTicks.values(from: scale.low, to: scale.high, count: 6)
        let places = (ticks.count > 1 ? ticks[1] - ticks[0] : 1) < 0.1 ? 2 : 1
        for tick in ticks {
            canvas.fill(PixelRect(x: left + 22, y: Int(y(tick).rounded()), width: 5, height: 1), Self.ink)
            drawText(
                AxisTicks.text(tick, places: places), on: &canvas, x: Double(left + 31), y: y(tick) - 5,
                height: Self.textHeight)
        }
        for mark in scale.marks {
            canvas.line(
                from: (Double(left - 1), y(mark.score)), to: (Double(left + 74), y(mark.score)), width: 1.2,
                .white)
            canvas.line(
                from: (Double(left + 24), y(mark.score)), to: (Double(left + 74), y(mark.score)), width: 1,
                Self.ink)
            drawText(
                "\(reference) p\(mark.percentile)", on: &canvas, x: Double(left + 80), y: y(mark.score) - 4,
                height: 8)
        }
        drawKey(on: &canvas, left: left, top: top + height + 14)
    }

    private func drawKey(on canvas: inout Canvas, left: Int, top: Int) {
        canvas.line(
            from: (Double(left), Double(top + 5)), to: (Double(left + 20), Double(top + 5)), width: 1.5,
            Self.outline)
        drawText("tissue", on: &canvas, x: Double(left + 30), y: Double(top), height: 9)
        var line = top
        for (status, name) in [("unread", "unread"), ("degenerate_stain", "not judged")] {
            let count = verdicts.count { $0.status == status }
            guard count > 0 else { continue }
            line += 20
            let box = PixelRect(x: left, y: line, width: 20, height: 12)
            if status == "unread" { hatch(box, on: &canvas) }
            canvas.frame(box, Self.ink)
            drawText("\(name) (\(count))", on: &canvas, x: Double(left + 30), y: Double(line + 1), height: 9)
        }
    }

    private func drawText(_ text: String, on canvas: inout Canvas, x: Double, y: Double, height: Double) {
        canvas.text(text, x: x, y: y, height: height, Self.ink)
    }
}

extension String {
    /// The words in lines of at most `limit` characters; a longer word has a line of its own.
    fileprivate func wrapped(to limit: Int) -> [String] {
        split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= limit {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}

extension RGBImage {
    /// The image as light gray levels, on which colors stand out and structure stays visible.
    fileprivate func paleGray() -> RGBImage {
        var result = self
        for pixel in 0..<pixelCount {
            let sum =
                Int(pixels[pixel * 3]) * 54 + Int(pixels[pixel * 3 + 1]) * 183 + Int(pixels[pixel * 3 + 2])
                * 19
            let gray = UInt8(sum / 256)
            for channel in 0..<3 { result.pixels[pixel * 3 + channel] = gray }
        }
        return result
    }
}
