internal import Records

/// Identity of a configuration: two runs with equal hashes give equal results for a slide of equal
/// resolution.
///
/// The resolution that users give for slides without one is left out. It concerns single slides, and is
/// compared slide by slide when a run is resumed.
enum Configuration {
    private struct Document: Encodable {
        let version: String
        let settings: ScreenSettings
        let model: SlideManifest.Model?
        /// Absent unless every slide learns its own model.
        let selfModel: SelfModelSettings?
        let export: TileExportSettings?
    }

    static func sha256(
        settings: ScreenSettings, model: SlideManifest.Model?, selfModel: SelfModelSettings? = nil,
        export: TileExportSettings?
    ) -> String {
        var settings = settings
        settings.micronsPerPixel = nil
        let document = Document(
            version: WSIScreen.version, settings: settings, model: model, selfModel: selfModel, export: export
        )
        guard let bytes = try? JSONText.encode(document) else {
            preconditionFailure("settings hold a number that JSON cannot express")
        }
        return Checksum.sha256(bytes)
    }
}
