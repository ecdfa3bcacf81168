internal import COpenSlide
internal import Pixels

/// Ownership of one `openslide_t`.
///
/// An error sticks to a handle for good: every later call on it fails (and its properties read as absent), so
/// whoever meets one must drop the handle and open another. `openslide_get_error` is therefore asked after
/// every call.
struct OpenSlideHandle: ~Copyable {
    private let handle: OpaquePointer

    /// - Throws: `not_a_slide` if no format driver wants the file; OpenSlide's own text otherwise.
    init(path: String) throws(SlideFailure) {
        guard let handle = openslide_open(path) else {
            throw SlideFailure(
                .notASlide, path: path, detail: "OpenSlide knows no format that fits this file")
        }
        if let failure = Self.error(of: handle, path: path) {
            openslide_close(handle)
            let reason = failure.reason == .corruptTiles ? SlideFailureReason.damaged : failure.reason
            throw SlideFailure(reason, path: path, detail: failure.detail)
        }
        self.handle = handle
    }

    deinit {
        openslide_close(handle)
    }

    /// Fills `pixels` with premultiplied ARGB words of `width` x `height` pixels of `level`; `x`, `y` are
    /// level-0 pixels.
    func read(
        x: Int, y: Int, level: LevelIndex, width: Int, height: Int, into pixels: inout [UInt32], path: String
    ) throws(SlideFailure) {
        precondition(
            pixels.count >= width * height, "a buffer of \(pixels.count) for \(width) x \(height) pixels")
        pixels.withUnsafeMutableBufferPointer { buffer in
            openslide_read_region(
                handle, buffer.baseAddress, Int64(x), Int64(y), Int32(level.rawValue), Int64(width),
                Int64(height))
        }
        try check(path: path)
    }

    func describe(path: String) throws(SlideFailure) -> SlideDescription {
        let count = Int(openslide_get_level_count(handle))
        var levels: [SlideDescription.Level] = []
        for index in 0..<max(count, 0) {
            var (width, height): (Int64, Int64) = (0, 0)
            openslide_get_level_dimensions(handle, Int32(index), &width, &height)
            let downsample = openslide_get_level_downsample(handle, Int32(index))
            levels.append(
                .init(
                    index: LevelIndex(rawValue: index), width: Int(width), height: Int(height),
                    downsample: downsample))
        }
        let calibration = CalibrationProperties(
            mppX: property("openslide.mpp-x"), mppY: property("openslide.mpp-y"),
            tiffXResolution: property("tiff.XResolution"), tiffYResolution: property("tiff.YResolution"),
            tiffResolutionUnit: property("tiff.ResolutionUnit"))
        let description = SlideDescription(
            path: path, vendor: property("openslide.vendor") ?? "unknown", levels: levels,
            background: property("openslide.background-color").flatMap(Self.color) ?? .white,
            calibrationProperties: calibration)
        try check(path: path)
        guard let first = levels.first, first.width > 0, first.height > 0 else {
            throw SlideFailure(.unsupported, path: path, detail: "the slide has no image level")
        }
        return description
    }

    private func property(_ name: String) -> String? {
        openslide_get_property_value(handle, name).map { String(cString: $0) }
    }

    private func check(path: String) throws(SlideFailure) {
        if let failure = Self.error(of: handle, path: path) { throw failure }
    }

    private static func error(of handle: OpaquePointer, path: String) -> SlideFailure? {
        guard let message = openslide_get_error(handle) else { return nil }
        let text = String(cString: message)
        let reason: SlideFailureReason =
            text.containsIgnoringCase("unsupported") ? .unsupported : .corruptTiles
        return SlideFailure(reason, path: path, detail: "OpenSlide says \"\(text)\"")
    }

    /// `RRGGBB` as OpenSlide writes it.
    private static func color(_ text: String) -> RGBColor? {
        guard text.utf8.count == 6, let value = UInt32(text, radix: 16) else { return nil }
        return RGBColor(
            red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    }
}

extension String {
    /// Case-insensitive search in ASCII texts, without Foundation.
    fileprivate func containsIgnoringCase(_ needle: String) -> Bool {
        lowercased().contains(needle.lowercased())
    }
}

/// Version of the OpenSlide library in use, for provenance.
public var openSlideVersion: String { String(cString: openslide_get_version()) }
