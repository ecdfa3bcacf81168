public import Pixels

/// Binary morphology with square structuring elements. Pixels outside the plane count as background.
public enum Morphology {
    /// True where any pixel within `radius` (Chebyshev distance) is true.
    public static func dilate(_ mask: Plane<Bool>, radius: Int) -> Plane<Bool> {
        windowed(mask, radius: radius) { count, _ in count > 0 }
    }

    /// True where every pixel within `radius` is true; a window that reaches over the border is not full.
    public static func erode(_ mask: Plane<Bool>, radius: Int) -> Plane<Bool> {
        let full = 2 * radius + 1
        return windowed(mask, radius: radius) { count, _ in count == full }
    }

    /// Removes specks narrower than the structuring element.
    public static func open(_ mask: Plane<Bool>, radius: Int) -> Plane<Bool> {
        dilate(erode(mask, radius: radius), radius: radius)
    }

    /// Closes gaps narrower than the structuring element. The plane is padded while that happens, so that
    /// tissue that runs into the border is not eaten there.
    public static func close(_ mask: Plane<Bool>, radius: Int) -> Plane<Bool> {
        guard radius > 0 else { return mask }
        var padded = Plane(
            width: mask.width + 2 * radius, height: mask.height + 2 * radius, filledWith: false)
        for y in 0..<mask.height {
            for x in 0..<mask.width { padded[x + radius, y + radius] = mask[x, y] }
        }
        let closed = erode(dilate(padded, radius: radius), radius: radius)
        var result = mask
        for y in 0..<mask.height {
            for x in 0..<mask.width where closed[x + radius, y + radius] { result[x, y] = true }
        }
        return result
    }

    /// A separable square window: one running count along rows, one along columns, so the cost does not
    /// depend on `radius`.
    private static func windowed(
        _ mask: Plane<Bool>, radius: Int, keep: (_ count: Int, _ length: Int) -> Bool
    ) -> Plane<Bool> {
        guard radius > 0 else { return mask }
        var rows = mask
        for y in 0..<mask.height {
            run(length: mask.width, radius: radius, read: { mask[$0, y] }) { x, count in
                rows[x, y] = keep(count, mask.width)
            }
        }
        var result = mask
        for x in 0..<mask.width {
            run(length: mask.height, radius: radius, read: { rows[x, $0] }) { y, count in
                result[x, y] = keep(count, mask.height)
            }
        }
        return result
    }

    private static func run(
        length: Int, radius: Int, read: (Int) -> Bool, write: (_ index: Int, _ count: Int) -> Void
    ) {
        var count = 0
        for index in 0..<min(radius, length) where read(index) { count += 1 }
        for index in 0..<length {
            let entering = index + radius
            if entering < length, read(entering) { count += 1 }
            write(index, count)
            let leaving = index - radius
            if leaving >= 0, read(leaving) { count -= 1 }
        }
    }
}
