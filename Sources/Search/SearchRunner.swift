internal import Foundation
internal import Networks
internal import Training

/// Trains folds of trials, as many at once as threads and memory allow. Trials with the same kind of input share their
/// prepared images.
struct SearchRunner: Sendable {
    let job: SearchJob
    let plan: SearchPlan
    let folder: SearchFolder
    let notify: @Sendable (SearchJob.Event) -> Void

    /// - Parameter results: by trial and fold; what is trained is put there.
    func run(_ work: [SearchPlan.Work], into results: inout [[FoldResult?]]) async throws {
        let total = work.count
        var done = 0
        for group in groups(work) {
            let images = try await images(for: group[0].trial)
            try folder.add(images.bad)
            try await run(group, images) { work, result in
                results[work.trial][work.fold] = result
                done += 1
                if let reason = result.failure {
                    notify(
                        .failed(
                            trial: job.label(plan.trials[work.trial]), fold: work.fold, reason: reason))
                }
                notify(.fold(done: done, of: total))
            }
        }
    }

    /// What needs the same images, in the order of the trials.
    private func groups(_ work: [SearchPlan.Work]) -> [[SearchPlan.Work]] {
        var groups: [[SearchPlan.Work]] = []
        for item in work {
            let configuration = plan.trials[item.trial].configuration
            let place = groups.firstIndex { group in
                let other = plan.trials[group[0].trial].configuration
                return other.input == configuration.input
                    && other.trainingLayout == configuration.trainingLayout
            }
            if let place { groups[place].append(item) } else { groups.append([item]) }
        }
        return groups
    }

    private func images(for trial: Int) async throws -> PreparedSearchImages {
        let images = try await PreparedSearchImages(
            plan.data, for: plan.trials[trial].configuration, target: plan.targets[trial],
            memoryLimit: job.memoryLimit, maximumBad: job.maximumBad, workers: job.workers
        ) { notify(.preparing($0)) }
        if !images.bad.isEmpty { notify(.bad(images.bad)) }
        return images
    }

    private func run(
        _ work: [SearchPlan.Work], _ images: PreparedSearchImages,
        receive: (SearchPlan.Work, FoldResult) -> Void
    ) async throws {
        let side = max(1, min(job.workers, work.count))
        let trainings = try work.map { try training($0, images, workers: max(1, job.workers / side)) }
        let needs = try trainings.map { try $0.memory() }
        let limit = job.memoryLimit - images.bytes
        try await withThrowingTaskGroup(of: (Int, FoldResult).self) { group in
            var (running, used, next) = (0, 0, 0)
            while next < work.count || running > 0 {
                let fits = next < work.count && (running == 0 || used + needs[next] <= limit)
                guard running < side, fits else {
                    guard let (index, result) = try await group.next() else { break }
                    running -= 1
                    used -= needs[index]
                    receive(work[index], result)
                    continue
                }
                let (index, training, need) = (next, trainings[next], needs[next])
                next += 1
                running += 1
                used += need
                group.addTask { (index, try await training.run { _ in }) }
            }
        }
    }

    private func training(
        _ work: SearchPlan.Work, _ images: PreparedSearchImages, workers: Int
    ) throws -> FoldTraining {
        let trial = plan.trials[work.trial]
        let weights = trial.configuration.extractor.weights
        guard let extractor = plan.extractors[weights] else {
            preconditionFailure("no extractor \(weights.rawValue)")
        }
        return FoldTraining(
            trial: trial, identity: plan.identities[work.trial], fold: work.fold, data: plan.data,
            images: images, extractor: extractor, extractorFile: weights == .vgg19 ? job.extractor : nil,
            folder: folder, version: job.codeVersion, workers: workers)
    }

    /// - Throws: `TrainingTooLarge` if a trial that is to be trained does not fit: which trials are compared must not depend on
    ///   the memory of the machine.
    ///
    /// - Parameter abandoned: of each trial, whether it is not continued.
    func checkMemory(abandoned: [Int?]) throws {
        let folds = Array(0..<plan.data.folds)
        for trial in plan.trials.indices where abandoned[trial] == nil {
            if plan.missing(trial, of: plan.found, among: folds).isEmpty { continue }
            let configuration = plan.trials[trial].configuration
            let isShared = configuration.trainingLayout == .scored
            guard let extractor = plan.extractors[configuration.extractor.weights] else { continue }
            let memory = try TrainingMemory(
                configuration, extractor, training: plan.data.normals.count,
                heldOut: (isShared ? 0 : plan.data.normals.count) + plan.data.anomalies.count, workers: 1)
            guard memory.total <= job.memoryLimit else {
                throw TrainingTooLarge(
                    images: memory.images, program: memory.program, limit: job.memoryLimit)
            }
        }
    }
}
