public import Pixels

/// What a slide says of itself, copied once at opening so that a handle lost later costs nothing.
public struct SlideDescription: Sendable, Equatable {
    /// One level of the pyramid.
    public struct Level: Sendable, Equatable {
        public let index: LevelIndex
        public let width: Int
        public let height: Int
        /// Level-0 pixels per pixel of this level, as OpenSlide derives it from the sizes; rarely a whole
        /// number.
        public let downsample: Double

        package init(index: LevelIndex, width: Int, height: Int, downsample: Double) {
            self.index = index
            self.width = width
            self.height = height
            self.downsample = downsample
        }
    }

    public let path: String
    /// OpenSlide's name of the format, for example `aperio` or `generic-tiff`.
    public let vendor: String
    public let levels: [Level]
    /// Shown where the scanner took no picture.
    public let background: RGBColor
    /// The properties that the program uses; others may hold names and dates of patients and are never kept.
    public let calibrationProperties: CalibrationProperties

    package init(
        path: String, vendor: String, levels: [Level], background: RGBColor,
        calibrationProperties: CalibrationProperties
    ) {
        self.path = path
        self.vendor = vendor
        self.levels = levels
        self.background = background
        self.calibrationProperties = calibrationProperties
    }

    public var width: Int { levels.first?.width ?? 0 }
    public var height: Int { levels.first?.height ?? 0 }

    /// The coarsest level whose pixels are not larger than `microns` (with 1 % tolerance), else the full
    /// resolution.
    ///
    /// Reading coarser pixels than asked for would lose detail; finer ones only cost time.
    public func level(notCoarserThan microns: Double, calibration: MicronsPerPixel) -> Level {
        let fitting = levels.filter { $0.downsample * calibration.mean <= microns * 1.01 }
        return fitting.max { $0.downsample < $1.downsample } ?? levels[0]
    }
}

/// The texts in a slide that tell its resolution.
public struct CalibrationProperties: Sendable, Equatable {
    public var mppX: String?
    public var mppY: String?
    public var tiffXResolution: String?
    public var tiffYResolution: String?
    public var tiffResolutionUnit: String?

    public init(
        mppX: String? = nil, mppY: String? = nil, tiffXResolution: String? = nil,
        tiffYResolution: String? = nil,
        tiffResolutionUnit: String? = nil
    ) {
        self.mppX = mppX
        self.mppY = mppY
        self.tiffXResolution = tiffXResolution
        self.tiffYResolution = tiffYResolution
        self.tiffResolutionUnit = tiffResolutionUnit
    }
}
