/// What happens during a run, for whoever shows it. Called from several threads, but never twice at once for
/// one slide.
public enum ScreenProgress: Sendable {
    case slideStarted(number: Int, of: Int, id: String)
    /// Looking for tissue: blocks of the overview.
    case surveying(done: Int, of: Int)
    /// Reading the cells that a slide's own model learns from.
    case sampling(done: Int, of: Int)
    /// Learning a slide's own model: updates.
    case learning(done: Int, of: Int)
    case tiles(done: Int, of: Int)
    case slideFinished(SlideManifest)
}

/// Receives what happens during a run.
public typealias ProgressHandler = @Sendable (ScreenProgress) -> Void
