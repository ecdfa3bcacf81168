public import Foundation

/// Where reference data lies that is not part of the repository: `../shared` beside the checkout, or the
/// folder that the environment variable `WSI_SCREEN_SHARED` names. Tests that need it run only where it is
/// present: `@Test(.enabled(if: SharedData.isPresent, SharedData.absence))`.
public enum SharedData {
    /// Root of the package checkout.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    public static let root: URL =
        if let path = ProcessInfo.processInfo.environment["WSI_SCREEN_SHARED"] {
            URL(fileURLWithPath: path, isDirectory: true)
        } else {
            packageRoot.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
        }

    public static let isPresent = FileManager.default.fileExists(
        atPath: root.appendingPathComponent("golden/README.md").path)

    public static let absence =
        "needs the reference data of ../shared (or WSI_SCREEN_SHARED), which is absent here"

    /// `path` relative to the reference data, for example `golden/stain/vahadane.json`.
    public static func url(_ path: String) -> URL {
        root.appendingPathComponent(path)
    }
}

/// The small synthetic slides that are kept in the repository.
public enum FixtureSlides {
    public static func path(_ name: String) -> String {
        SharedData.packageRoot.appendingPathComponent("fixtures/slides").appendingPathComponent(name).path
    }
}
