internal import Kernels
public import Pixels

/// How a film becomes a prepared image, as the paper does it (Shvetsova et al. 2021, published code): grey, resized to
/// 300 x 300 pixels; then, for whoever wants the network's input itself, the center crop, its histogram equalized, and
/// that resized to the network's size. All resizing is Pillow's antialiased bilinear filter.
public struct RadiographSteps: Sendable, Equatable, Codable {
    /// Side of the whole film in pixels.
    public var size: Int
    /// Side of the center crop in pixels of the resized film; nil: the whole film. The paper has 224, three quarters.
    public var crop: Int?
    /// Whether the histogram of the crop is equalized.
    public var equalize: Bool
    /// Side to which the crop is resized; nil: as it is.
    public var input: Int?

    public init(size: Int = 300, crop: Int? = nil, equalize: Bool = false, input: Int? = nil) {
        self.size = size
        self.crop = crop
        self.equalize = equalize
        self.input = input
    }

    /// Films of less than this many pixels on a side hold nothing to judge.
    public static let minimumSide = 64

    public func prepare(_ film: Plane<UInt8>) -> Plane<UInt8> {
        var image = Self.resized(film, to: size)
        if let crop { image = Self.center(of: image, side: min(crop, size)) }
        if equalize { image = image.equalized() }
        return input.map { Self.resized(image, to: $0) } ?? image
    }

    private static func resized(_ plane: Plane<UInt8>, to side: Int) -> Plane<UInt8> {
        BilinearResampler(
            inputWidth: plane.width, inputHeight: plane.height, outputWidth: side, outputHeight: side
        ).resample(plane)
    }

    private static func center(of plane: Plane<UInt8>, side: Int) -> Plane<UInt8> {
        let (left, top) = ((plane.width - side) / 2, (plane.height - side) / 2)
        var result = Plane<UInt8>(width: side, height: side, filledWith: 0)
        for y in 0..<side {
            for x in 0..<side { result[x, y] = plane[left + x, top + y] }
        }
        return result
    }
}
