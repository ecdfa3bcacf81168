internal import Networks

/// Where the model of a slide comes from.
enum ModelSource: Sendable {
    /// One model for all slides.
    case file(LoadedModel)
    /// Each slide teaches its own.
    case slide(SelfModelLearning)

    var recipe: Recipe {
        switch self {
        case .file(let loaded): loaded.model.record.recipe
        case .slide(let learning): learning.recipe
        }
    }

    /// The model, if it is known before a slide is opened.
    var identity: SlideManifest.Model? {
        if case .file(let loaded) = self { loaded.identity } else { nil }
    }

    var selfModel: SelfModelSettings? {
        if case .slide(let learning) = self { learning.settings } else { nil }
    }

    /// Scores of held-out tissue, if they are known before a slide is opened.
    var normalScores: ScoreDistribution? {
        if case .file(let loaded) = self { loaded.model.normalScores } else { nil }
    }
}
