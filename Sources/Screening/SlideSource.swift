package import Flow
package import Pixels
package import Slides
package import Tissue

/// An actor that owns one open slide and a thread to read it on. The read stage has several of them.
package actor SlideSource: StageWorker {
    /// Which part of a tile's surroundings the later stages need.
    package enum Field: Sendable {
        case crop
        case tile
    }

    private nonisolated let executor: BlockingExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package nonisolated let path: String
    private var reader: SlideReader?
    /// What ``process(_:)`` reads of a site, and on which level.
    private var order: (field: Field, level: SlideDescription.Level)?

    package init(path: String) {
        self.path = path
        executor = BlockingExecutor(label: "slide reader")
    }

    package func describe() throws(SlideFailure) -> SlideDescription {
        try open().description
    }

    package func overview(
        calibration: MicronsPerPixel, onBlock: @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> SlideOverview {
        let reader = try open()
        let survey = OverviewReader(reader.description, calibration: calibration)
        var done = 0
        return try survey.read(from: reader) {
            try Task.checkCancellation()
            done += 1
            onBlock(done, survey.blockCount)
        }
    }

    /// Tells the source what the read stage wants.
    package func prepare(_ field: Field, level: SlideDescription.Level) {
        order = (field, level)
    }

    /// Sources for the read stage, of which the first is open already.
    package static func readers(
        first: SlideSource, path: String, count: Int, field: Field, level: SlideDescription.Level
    ) async -> [SlideSource] {
        let sources = [first] + (1..<max(count, 1)).map { _ in SlideSource(path: path) }
        for source in sources { await source.prepare(field, level: level) }
        return sources
    }

    package func process(_ site: TileSite) async throws -> ReadTile {
        guard let order else {
            preconditionFailure("a slide source was asked to read before it was prepared")
        }
        let rect = order.field == .crop ? site.crop : site.tile
        return ReadTile(site: site, content: try read(rect, level: order.level))
    }

    /// A level-0 rectangle as pixels of a level. Damaged areas are an outcome, a lost slide is an error.
    package func read(_ rect: SlideRect, level: SlideDescription.Level) throws(SlideFailure)
        -> ReadTile.Content
    {
        do {
            let size = level.pixels(in: rect)
            return .pixels(
                try open().read(
                    x: rect.x, y: rect.y, level: level.index, width: size.width, height: size.height))
        } catch {
            guard error.reason == .corruptTiles || error.reason == .unsupported else { throw error }
            return .unread(error.detail)
        }
    }

    private func open() throws(SlideFailure) -> SlideReader {
        if let reader { return reader }
        let opened = try SlideReader(path: path)
        reader = opened
        return opened
    }
}

extension SlideDescription.Level {
    /// Size of a level-0 rectangle in pixels of this level, at least one.
    func pixels(in rect: SlideRect) -> (width: Int, height: Int) {
        (
            max(1, Int((Double(rect.width) / downsample).rounded())),
            max(1, Int((Double(rect.height) / downsample).rounded()))
        )
    }
    /// Where a level-0 rectangle lies in a larger one, in pixels of this level.
    func place(of inner: SlideRect, in outer: SlideRect) -> PixelRect {
        let size = pixels(in: inner)
        return PixelRect(
            x: Int((Double(inner.x - outer.x) / downsample).rounded()),
            y: Int((Double(inner.y - outer.y) / downsample).rounded()), width: size.width,
            height: size.height)
    }
}
