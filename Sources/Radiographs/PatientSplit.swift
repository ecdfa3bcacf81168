internal import Kernels
public import Training

/// Which part each image belongs to, so that no patient is on two sides.
public enum PatientSplit: Sendable {
    /// The official lists, or published ones. Images in no list are left out. Where no list is for validation, that
    /// share of the training list's patients is drawn for it.
    case lists(SplitLists, validation: Double, seed: UInt64)
    /// Drawn by patient.
    case drawn(test: Double, validation: Double, seed: UInt64)

    /// The part of every row of a table; nil for those in no list. Rows of all views decide together, so that a patient is
    /// on one side whichever view is asked for.
    ///
    /// - Throws: ``SplitError`` if a patient is on two sides.
    public func parts(of rows: [Radiograph]) throws(SplitError) -> [ImagePart?] {
        let parts =
            switch self {
            case .lists(let lists, let validation, let seed):
                Self.listed(rows, lists, validation: validation, seed: seed)
            case .drawn(let test, let validation, let seed):
                Self.drawn(rows, test: test, validation: validation, seed: seed)
            }
        try Self.requireWholePatients(rows, parts)
        return parts
    }

    /// Whether anything is to be in the validation part.
    public var hasValidation: Bool {
        switch self {
        case .lists(let lists, let share, _):
            share > 0 || lists.entries.values.contains { $0.part == .validation }
        case .drawn(_, let share, _): share > 0
        }
    }

    /// What a list says of an image; nil if none does.
    func isNormal(_ row: Radiograph) -> Bool? {
        guard case .lists(let lists, _, _) = self else { return nil }
        return lists.entries[row.image]?.isNormal
    }

    private static func listed(
        _ rows: [Radiograph], _ lists: SplitLists, validation: Double, seed: UInt64
    ) -> [ImagePart?] {
        var parts = rows.map { lists.entries[$0.image]?.part }
        if validation > 0, !lists.entries.values.contains(where: { $0.part == .validation }) {
            let training = rows.indices.filter { parts[$0] == .training }
            let drawn = drawn(training.map { rows[$0] }, test: 0, validation: validation, seed: seed)
            for (index, part) in zip(training, drawn) { parts[index] = part }
        }
        return parts
    }

    /// The patients in the order of their numbers, shuffled by the seed; the first go to the test, the next to
    /// validation. Depends on the set of patients, not on the order of rows.
    private static func drawn(
        _ rows: [Radiograph], test: Double, validation: Double, seed: UInt64
    ) -> [ImagePart?] {
        var patients = Set(rows.map(\.patient)).sorted { ($0.count, $0) < ($1.count, $1) }
        var generator = SeededGenerator(seed: seed)
        patients.shuffle(using: &generator)
        let testCount = Int((test * Double(patients.count)).rounded())
        let validationCount = Int((validation * Double(patients.count)).rounded())
        var part: [String: ImagePart] = [:]
        for (index, patient) in patients.enumerated() {
            part[patient] =
                index < testCount ? .test : index < testCount + validationCount ? .validation : .training
        }
        return rows.map { part[$0.patient] }
    }

    private static func requireWholePatients(
        _ rows: [Radiograph], _ parts: [ImagePart?]
    ) throws(SplitError) {
        var known: [String: ImagePart] = [:]
        var divided: Set<String> = []
        for (row, part) in zip(rows, parts) {
            guard let part else { continue }
            if let other = known.updateValue(part, forKey: row.patient), other != part {
                divided.insert(row.patient)
            }
        }
        guard divided.isEmpty else {
            throw .dividedPatients(
                count: divided.count,
                first: Array(divided.sorted { ($0.count, $0) < ($1.count, $1) }.prefix(3)))
        }
    }
}
