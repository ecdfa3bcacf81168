internal import Evaluation
internal import Foundation
internal import Networks
internal import Records
internal import Training

/// What each finished trial is worth on the test rows: the mean over its folds' models of the area under the ROC curve.
///
/// Only for saying how good a way of choosing is. Nothing is chosen by these areas.
struct TestAreas: Sendable {
    let results: SearchResults
    let job: SearchJob
    let folder: SearchFolder
    let images: [LabeledImage]
    private let digest: String

    /// A fold's area, beside its model.
    private struct Record: Codable {
        let identity: String
        let images: String
        let area: Double
    }

    /// - Throws: ``SearchError/noTestImages``, errors of listing and files.
    init(_ results: SearchResults, _ job: SearchJob) async throws {
        self.results = results
        self.job = job
        folder = try SearchFolder(path: job.output)
        guard results.data.testCount > 0 else { throw SearchError.noTestImages }
        images = try LabeledListing.read(manifest: job.manifest, part: .test, columns: job.columns).images
        guard Set(images.map(\.isAbnormal)).count == 2 else { throw SearchError.noTestImages }
        let contents = try await ContentDigests.of(images.map(\.image), workers: job.workers)
        let text = zip(images, contents).map { "\($0.isAbnormal) \($0.image.name) \($1 ?? "")" }
        digest = Checksum.sha256([UInt8](text.joined(separator: "\n").utf8))
    }

    /// Of complete trials, by their index. Computed once, and kept beside the models.
    func areas(
        _ progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws -> [Int: Double] {
        let trials = results.trials.indices.filter(results.isComplete)
        var areas: [Int: Double] = [:]
        for group in groups(trials) {
            var prepared: PreparedImages?
            for trial in group {
                var sum = 0.0
                for fold in 0..<results.data.folds { sum += try await area(trial, fold, &prepared) }
                areas[trial] = sum / Double(results.data.folds)
                progress(areas.count, trials.count)
            }
        }
        return areas
    }

    /// Trials with the same input, whose images are prepared once.
    private func groups(_ trials: [Int]) -> [[Int]] {
        var groups: [[Int]] = []
        for trial in trials {
            let input = results.trials[trial].configuration.input
            if let place = groups.firstIndex(where: { results.trials[$0[0]].configuration.input == input }) {
                groups[place].append(trial)
            } else {
                groups.append([trial])
            }
        }
        return groups
    }

    private func area(_ trial: Int, _ fold: Int, _ prepared: inout PreparedImages?) async throws -> Double {
        let identity = results.identities[trial]
        let path = "\(folder.trial(identity))/fold-\(fold + 1).test.json"
        if let known = try? JSONText.decode(Record.self, from: URL(fileURLWithPath: path)),
            known.identity == identity, known.images == digest
        {
            return known.area
        }
        let weights = results.trials[trial].configuration.extractor.weights
        let model = try ModelFile.load(
            URL(fileURLWithPath: folder.model(identity, fold: fold)),
            extractor: weights == .vgg19 ? job.extractor : nil)
        let images: PreparedImages
        if let prepared {
            images = prepared
        } else {
            images = try await ImageEvaluation.prepared(
                self.images, for: model, maximumBad: job.maximumBad, memoryLimit: job.memoryLimit,
                workers: job.workers)
            prepared = images
        }
        let evaluation = try await ImageEvaluation(
            self.images, prepared: images, model: model, workers: job.workers)
        let scores = try LabeledScores(evaluation.scoredImages)
        let record = Record(identity: identity, images: digest, area: scores.area)
        try AtomicFile.write(try JSONText.encode(record), to: path)
        return scores.area
    }
}
