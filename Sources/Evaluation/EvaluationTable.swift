internal import Records
internal import Training

extension ImageEvaluation {
    /// Every image as CSV: first those with a score, then those without one, with the reason.
    public var table: String {
        var text = CSV.line([
            "file", "label", "group", "findings", "score", "mean_red", "mean_optical_density",
            "mean_intensity", "reason",
        ])
        for row in rows {
            text += CSV.line([
                row.name, Self.label(row.isAbnormal), row.group ?? "", row.finding, "\(row.score)",
                "\(row.baselines.meanRed)", "\(row.baselines.meanOpticalDensity)",
                "\(row.baselines.meanIntensity)", "",
            ])
        }
        for image in leftOut {
            text += CSV.line([
                image.name, Self.label(image.isAbnormal), image.group ?? "", "", "", "", "", "",
                image.defect.reason,
            ])
        }
        return text
    }

    private static func label(_ isAbnormal: Bool) -> String { isAbnormal ? "abnormal" : "normal" }
}
