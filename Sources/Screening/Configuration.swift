internal import Records

/// Identity of a configuration: two runs with equal hashes must give equal results.
enum Configuration {
    private struct Document: Encodable {
        let version: String
        let settings: ScreenSettings
        let model: SlideManifest.Model?
        let export: TileExportSettings?
        let resolutions: [String: Double]
    }

    static func sha256(
        settings: ScreenSettings, model: SlideManifest.Model?, export: TileExportSettings?,
        resolutions: ResolutionTable?
    ) -> String {
        let document = Document(
            version: WSIScreen.version, settings: settings, model: model, export: export,
            resolutions: resolutions?.microns ?? [:])
        guard let bytes = try? JSONText.encode(document) else {
            preconditionFailure("settings hold a number that JSON cannot express")
        }
        return Checksum.sha256(bytes)
    }
}
