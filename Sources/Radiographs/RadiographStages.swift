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
    /// Of the source, relative to the folder of images.
    let name: String
    let target: String
    /// What the journal says of the target.
    let earlier: WorkJournal.Entry?
}

/// A film behind the first stage.
struct ReadFilm: Sendable {
    enum Content: Sendable {
        /// - Parameter source: fingerprint of the film.
        case pixels(Plane<UInt8>, source: String)
        /// An earlier run has prepared it.
        case finished(sha256: String)
        case defect(ImageDefect)
    }

    let order: FilmOrder
    let content: Content

    var bytes: Int { if case .pixels(let plane, _) = content { plane.values.count } else { 0 } }
}

/// A film at the end of its way.
struct WrittenFilm: Sendable {
    enum Outcome: Sendable {
        /// - Parameter source: fingerprint of the film; nil if an earlier run has prepared it.
        case written(sha256: String, source: String?)
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
        do throws(ImageDefect) {
            return ReadFilm(order: order, content: try Self.content(of: order))
        } catch {
            return ReadFilm(order: order, content: .defect(error))
        }
    }

    private static func content(of order: FilmOrder) throws(ImageDefect) -> ReadFilm.Content {
        let source: String
        do throws(FileError) { source = try WorkJournal.fingerprint(of: order.name, at: order.source) } catch
        {
            throw .file(.cannotRead(path: order.source, reason: error.reason))
        }
        if let earlier = order.earlier, earlier.source == source,
            (try? Checksum.sha256(ofFile: order.target)) == earlier.sha256
        {
            return .finished(sha256: earlier.sha256)
        }
        return .pixels(try film(order.source), source: source)
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
}

/// Second stage: resizes, crops, equalizes.
actor FilmPreparer: StageWorker {
    private let steps: RadiographSteps

    init(steps: RadiographSteps) {
        self.steps = steps
    }

    func process(_ film: ReadFilm) -> ReadFilm {
        guard case .pixels(let plane, let source) = film.content else { return film }
        return ReadFilm(order: film.order, content: .pixels(steps.prepare(plane), source: source))
    }
}

/// Third stage: writes each image as a grey PNG, whole or not at all.
actor FilmWriter: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "film writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func process(_ film: ReadFilm) throws -> WrittenFilm {
        let outcome: WrittenFilm.Outcome =
            switch film.content {
            case .pixels(let plane, let source):
                .written(sha256: try write(plane, to: film.order.target), source: source)
            case .finished(let sum): .written(sha256: sum, source: nil)
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
