internal import Flow
internal import Foundation
internal import ImageFiles
internal import Pixels
internal import Records
internal import Training

/// A selected film and where its prepared image goes.
struct FilmOrder: Sendable {
    /// Among the selected ones.
    let index: Int
    let source: String
    let target: String
}

/// A film behind the first stage.
struct ReadFilm: Sendable {
    enum Content: Sendable {
        case pixels(Plane<UInt8>)
        /// An earlier run has prepared it.
        case finished
        case defect(ImageDefect)
    }

    let order: FilmOrder
    let content: Content

    var bytes: Int { if case .pixels(let plane) = content { plane.values.count } else { 0 } }
}

/// A film at the end of its way.
struct WrittenFilm: Sendable {
    enum Outcome: Sendable {
        /// - Parameter isNew: whether this run has prepared it.
        case written(sha256: String, isNew: Bool)
        case defect(ImageDefect)
    }

    let index: Int
    let outcome: Outcome
}

/// First stage: decodes films, each reader on a thread of its own.
actor FilmReader: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "film reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func process(_ order: FilmOrder) -> ReadFilm {
        if Self.isFinished(order) { return ReadFilm(order: order, content: .finished) }
        do throws(ImageDefect) {
            return ReadFilm(order: order, content: .pixels(try Self.film(order.source)))
        } catch {
            return ReadFilm(order: order, content: .defect(error))
        }
    }

    private static func film(_ path: String) throws(ImageDefect) -> Plane<UInt8> {
        let plane: Plane<UInt8>
        do throws(ImageFileError) { plane = try ImageFile.readGrey(URL(fileURLWithPath: path)) } catch {
            throw .file(error)
        }
        guard min(plane.width, plane.height) >= RadiographSteps.minimumSide else {
            throw .tooSmall(width: plane.width, height: plane.height)
        }
        guard plane.values.contains(where: { $0 != plane.values[0] }) else { throw .uniform }
        return plane
    }

    /// Files get their names only when they are complete, so one that is there and not older than its film is the
    /// one that would be written.
    private static func isFinished(_ order: FilmOrder) -> Bool {
        guard let target = RegularFile.modificationDate(order.target),
            let source = RegularFile.modificationDate(order.source)
        else { return false }
        return target >= source
    }
}

/// Second stage: resizes, crops, equalizes.
actor FilmPreparer: StageWorker {
    private let steps: RadiographSteps

    init(steps: RadiographSteps) {
        self.steps = steps
    }

    func process(_ film: ReadFilm) -> ReadFilm {
        guard case .pixels(let plane) = film.content else { return film }
        return ReadFilm(order: film.order, content: .pixels(steps.prepare(plane)))
    }
}

/// Third stage: writes each image as a grey PNG, whole or not at all.
actor FilmWriter: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "film writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func process(_ film: ReadFilm) throws -> WrittenFilm {
        let outcome: WrittenFilm.Outcome =
            switch film.content {
            case .pixels(let plane):
                .written(sha256: try write(plane, to: film.order.target), isNew: true)
            case .finished:
                .written(sha256: try Checksum.sha256(ofFile: film.order.target), isNew: false)
            case .defect(let defect): .defect(defect)
            }
        return WrittenFilm(index: film.order.index, outcome: outcome)
    }

    private func write(_ plane: Plane<UInt8>, to path: String) throws -> String {
        let bytes = try PNGFile.encode(plane)
        try AtomicFile.write(bytes, to: path)
        return Checksum.sha256(bytes)
    }
}
