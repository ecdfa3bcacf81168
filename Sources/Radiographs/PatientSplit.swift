public import Kernels

/// What an image is for.
public enum RadiographPart: String, Sendable, CaseIterable {
    case train, validation, test
}

/// Which part each image belongs to, so that no patient is on two sides.
public enum PatientSplit: Sendable {
    /// File names by part: the official lists, or published ones. Images in no list are left out. Where no list is
    /// for validation, that share of the training list's patients is drawn for it.
    case lists([RadiographPart: Set<String>], validation: Double, seed: UInt64)
    /// Drawn by patient.
    case drawn(test: Double, validation: Double, seed: UInt64)

    /// The part of every row; nil for those in no list.
    ///
    /// - Throws: ``SplitError`` if an image is in two lists, or a patient on two sides.
    public func parts(of rows: [Radiograph]) throws(SplitError) -> [RadiographPart?] {
        let parts =
            switch self {
            case .lists(let lists, let validation, let seed):
                try Self.listed(rows, lists, validation: validation, seed: seed)
            case .drawn(let test, let validation, let seed):
                Self.drawn(rows, test: test, validation: validation, seed: seed)
            }
        try Self.requireWholePatients(rows, parts)
        return parts
    }

    private static func listed(
        _ rows: [Radiograph], _ lists: [RadiographPart: Set<String>], validation: Double, seed: UInt64
    ) throws(SplitError) -> [RadiographPart?] {
        var parts: [RadiographPart?] = []
        for row in rows {
            let found = RadiographPart.allCases.filter { lists[$0]?.contains(row.image) == true }
            guard found.count < 2 else { throw .imageInTwoLists(image: row.image, parts: found) }
            parts.append(found.first)
        }
        if lists[.validation] == nil, validation > 0 {
            let training = rows.indices.filter { parts[$0] == .train }
            let drawn = drawn(training.map { rows[$0] }, test: 0, validation: validation, seed: seed)
            for (index, part) in zip(training, drawn) { parts[index] = part }
        }
        return parts
    }

    /// The patients in the order of their numbers, shuffled by the seed; the first go to the test, the next to
    /// validation. Depends on the set of patients, not on the order of rows.
    private static func drawn(
        _ rows: [Radiograph], test: Double, validation: Double, seed: UInt64
    ) -> [RadiographPart?] {
        var patients = Set(rows.map(\.patient)).sorted { ($0.count, $0) < ($1.count, $1) }
        var generator = SeededGenerator(seed: seed)
        patients.shuffle(using: &generator)
        let testCount = Int((test * Double(patients.count)).rounded())
        let validationCount = Int((validation * Double(patients.count)).rounded())
        var part: [String: RadiographPart] = [:]
        for (index, patient) in patients.enumerated() {
            part[patient] =
                index < testCount ? .test : index < testCount + validationCount ? .validation : .train
        }
        return rows.map { part[$0.patient] }
    }

    private static func requireWholePatients(
        _ rows: [Radiograph], _ parts: [RadiographPart?]
    ) throws(SplitError) {
        var known: [String: RadiographPart] = [:]
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

/// Why images cannot be divided into parts.
public enum SplitError: Error, Equatable, CustomStringConvertible {
    case imageInTwoLists(image: String, parts: [RadiographPart])
    case dividedPatients(count: Int, first: [String])

    public var description: String {
        switch self {
        case .imageInTwoLists(let image, let parts):
            "'\(image)' is in the lists for \(parts.map(\.rawValue).joined(separator: " and ")); each image has one part"
        case .dividedPatients(let count, let first):
            "\(count) patients have images on two sides of the split, such as \(first.joined(separator: ", ")); "
                + "a model would be tested on patients that it knows"
        }
    }
}
