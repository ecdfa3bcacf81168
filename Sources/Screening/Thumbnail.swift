internal import Kernels
internal import Pixels
internal import Tissue

/// The picture of a slide that people look at, and how its pixels relate to the slide.
struct Thumbnail: Sendable {
    /// Longest side that pictures have.
    static let longestSide = 1_600

    let image: RGBImage
    /// Level-0 pixels per pixel of the picture.
    let scaleX: Double
    let scaleY: Double
    let micronsPerPixel: Double

    init(_ overview: SlideOverview) {
        let side = max(overview.image.width, overview.image.height)
        let factor = max(1, (side + Self.longestSide - 1) / Self.longestSide)
        image = overview.image.areaAveraged(by: factor)
        scaleX = overview.scaleX * Double(factor)
        scaleY = overview.scaleY * Double(factor)
        micronsPerPixel = overview.micronsPerPixel * Double(factor)
    }

    /// The pixels of the picture that show a part of the slide; neighbors meet without gap or overlap.
    func rect(of slideRect: SlideRect) -> PixelRect {
        let left = Int((Double(slideRect.x) / scaleX).rounded())
        let top = Int((Double(slideRect.y) / scaleY).rounded())
        return PixelRect(
            x: left, y: top, width: Int((Double(slideRect.maxX) / scaleX).rounded()) - left,
            height: Int((Double(slideRect.maxY) / scaleY).rounded()) - top
        ).intersection(PixelRect(x: 0, y: 0, width: image.width, height: image.height))
    }

    /// A plane of the picture's size from a function of level-0 coordinates (of pixel centers).
    func plane(_ value: (_ x: Double, _ y: Double) -> Bool) -> Plane<Bool> {
        var result = Plane(width: image.width, height: image.height, filledWith: false)
        for y in 0..<image.height {
            for x in 0..<image.width {
                result[x, y] = value((Double(x) + 0.5) * scaleX, (Double(y) + 0.5) * scaleY)
            }
        }
        return result
    }
}
