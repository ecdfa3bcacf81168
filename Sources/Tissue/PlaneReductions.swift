internal import Pixels

extension RGBImage {
    /// HSV saturation, (max - min) / max, as 0...255 rounded half up; black has none.
    func saturation() -> Plane<UInt8> {
        let values = (0..<pixelCount).map { index -> UInt8 in
            let (red, green, blue) = (pixels[index * 3], pixels[index * 3 + 1], pixels[index * 3 + 2])
            let high = Int(max(red, green, blue))
            guard high > 0 else { return 0 }
            return UInt8(((high - Int(min(red, green, blue))) * 510 + high) / (2 * high))
        }
        return Plane(width: width, height: height, values: values)
    }
}

extension Plane where Value == UInt8 {
    func mask(where isTrue: (UInt8) -> Bool) -> Plane<Bool> {
        Plane<Bool>(width: width, height: height, values: values.map(isTrue))
    }

    /// Mean over 5 x 5 pixels (fewer at the border), which lowers the noise of faint signals to a fifth.
    func blurred() -> Plane<UInt8> {
        let radius = 2
        var result = self
        for y in 0..<height {
            for x in 0..<width {
                var sum = 0
                var count = 0
                for row in max(0, y - radius)...min(height - 1, y + radius) {
                    for column in max(0, x - radius)...min(width - 1, x + radius) {
                        sum += Int(self[column, row])
                        count += 1
                    }
                }
                result[x, y] = UInt8((sum + count / 2) / count)
            }
        }
        return result
    }
}

extension Plane where Value == Bool {
    /// Shrinks by a whole factor: true where any pixel of the block is.
    func reduced(by factor: Int) -> Plane<Bool> {
        if factor == 1 { return self }
        let columns = (width + factor - 1) / factor
        var result = Plane(width: columns, height: (height + factor - 1) / factor, filledWith: false)
        for y in 0..<height {
            for x in 0..<width where self[x, y] { result[x / factor, y / factor] = true }
        }
        return result
    }
}
