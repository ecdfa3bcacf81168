extension Drawing {
    /// A line of text, smaller than `height` if it would otherwise be wider than `width`.
    package mutating func text(_ words: String, at point: Point, height: Double, within width: Double) {
        let natural = Canvas.width(of: words, height: height)
        text(words, at: point, height: height * min(1, width / max(natural, 1)), Ink.text)
    }

    /// A line of text that is never wider than `width`: first it becomes smaller, but stays readable, then its middle
    /// is left out. Nothing is drawn if not even that fits.
    mutating func label(
        _ words: String, at point: Point, height: Double, within width: Double, anchor: Anchor = .start
    ) {
        let natural = FittedText.width(of: words, height: height)
        let fitted = height * min(1, max(FittedText.smallest, width / max(natural, 1)))
        let short = FittedText.shortened(words, height: fitted, within: width)
        guard !short.isEmpty else { return }
        text(short, at: point, height: fitted, anchor: anchor, Ink.text)
    }
}

/// How much room words take, and what of them fits.
enum FittedText {
    /// Part of its height to which a label may shrink.
    static let smallest = 0.72

    /// Width that words need at most, both with strokes and in the common sans-serif fonts of SVG viewers.
    static func width(of words: String, height: Double) -> Double {
        let font = words.reduce(0.0) { $0 + advance(of: $1) } * height
        return max(font, Canvas.width(of: words, height: height))
    }

    /// The words, or as much of their beginning and end as fits around three dots. Nothing if not even the dots fit.
    static func shortened(_ words: String, height: Double, within width: Double) -> String {
        guard self.width(of: words, height: height) > width + 0.01 else { return words }
        let characters = Array(words)
        var room = width - self.width(of: "...", height: height)
        guard room >= 0 else { return "" }
        var (head, tail) = (0, characters.count)
        while head < tail {
            // Beginnings tell more than ends.
            let isHead = head <= characters.count - tail
            room -= max(1, advance(of: characters[isHead ? head : tail - 1])) * height
            guard room >= 0 else { break }
            if isHead { head += 1 } else { tail -= 1 }
        }
        return String(characters[..<head]) + "..." + String(characters[tail...])
    }

    /// Advance of a character by the height of a capital, rounded up over the common fonts. Scripts other than Latin
    /// and pictograms can be as wide as their font is high.
    private static func advance(of character: Character) -> Double {
        switch character {
        case "W", "M", "m", "w", "@", "%": 1.4
        case "A"..."Z": 1.1
        case _ where !character.isASCII: 1.45
        default: 0.9
        }
    }
}
