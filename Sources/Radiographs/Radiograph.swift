/// From which side the beam went through the chest.
public enum ViewPosition: String, Sendable, Hashable, CaseIterable {
    /// From behind, standing: the better picture.
    case posteroanterior = "PA"
    /// From the front, often of patients who cannot stand.
    case anteroposterior = "AP"
}

/// One row of NIH ChestX-ray14's table (Wang et al. 2017).
public struct Radiograph: Sendable, Equatable {
    /// Finding label of images without any.
    public static let noFinding = "No Finding"
    /// Oldest age in years that is believed: the first release has ages such as 414.
    public static let oldestAge = 120

    /// Line of the table, the header being 1.
    public let line: Int
    /// File name, as the table has it.
    public let image: String
    public let findings: [String]
    /// Number of the patient, without leading zeros.
    public let patient: String
    /// In years; nil if the table has none that can be believed.
    public let age: Int?
    public let sex: String
    /// As the table has it; see ``position``.
    public let view: String

    public init(
        line: Int, image: String, findings: [String], patient: String, age: Int?, sex: String, view: String
    ) {
        self.line = line
        self.image = image
        self.findings = findings
        self.patient = patient
        self.age = age
        self.sex = sex
        self.view = view
    }

    /// Nil for a view that is neither PA nor AP.
    public var position: ViewPosition? { ViewPosition(rawValue: view) }

    /// Exactly "No Finding", and nothing besides.
    public var isNormal: Bool { findings == [Self.noFinding] }

    /// Whether another row says the same of the same image.
    func agrees(with other: Radiograph) -> Bool {
        findings == other.findings && patient == other.patient && age == other.age && sex == other.sex
            && view == other.view
    }
}
