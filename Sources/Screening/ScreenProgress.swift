/// What happens during a run, for whoever shows it. Called from several threads, but never twice at once for
/// one slide.
public enum ScreenProgress: Sendable {
    case slideStarted(number: Int, of: Int, id: String)
    /// Looking for tissue: blocks of the overview.
    case surveying(done: Int, of: Int)
    case tiles(done: Int, of: Int)
    case slideFinished(SlideManifest)
}

/// Receives what happens during a run.
public typealias ProgressHandler = @Sendable (ScreenProgress) -> Void
