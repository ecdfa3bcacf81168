package import Pixels

/// Colors of the pictures; those of curves differ for all kinds of color vision (Okabe and Ito 2008, "Color Universal
/// Design").
package enum Ink {
    package static let text = RGBColor(red: 30, green: 30, blue: 34)
    package static let grid = RGBColor(red: 232, green: 232, blue: 236)
    package static let border = RGBColor(red: 120, green: 120, blue: 126)
    package static let faint = RGBColor(red: 160, green: 160, blue: 166)
    package static let blue = RGBColor(red: 0, green: 94, blue: 168)
    package static let vermilion = RGBColor(red: 213, green: 94, blue: 0)
    package static let green = RGBColor(red: 0, green: 158, blue: 115)
    package static let others = [
        vermilion, green, RGBColor(red: 190, green: 105, blue: 155),
        RGBColor(red: 225, green: 150, blue: 0), RGBColor(red: 86, green: 180, blue: 233),
    ]
}

extension Drawing.Stroke {
    /// The curve that a picture is about.
    package static let leading = Drawing.Stroke(Ink.blue, width: 2.6)

    /// Curves that it is compared with. Both color and dashes differ, for prints without color.
    package static func further(_ index: Int) -> Drawing.Stroke {
        let dashes = [
            Drawing.Dash(length: 12, gap: 5), Drawing.Dash(length: 6, gap: 5),
            Drawing.Dash(length: 18, gap: 5),
            Drawing.Dash(length: 3, gap: 5), Drawing.Dash(length: 24, gap: 8),
        ]
        return Drawing.Stroke(
            Ink.others[index % Ink.others.count], width: 1.6, dash: dashes[index % dashes.count])
    }
}
