/// The scores that several methods, or several runs of one method, give to the same images.
///
/// Images are joined on their names. Those that a method has no score of are left out of all, so that every
/// number of a comparison is about the same images. They stand in the order of their names, whatever order
/// the lists had.
public struct JointScores: Sendable, Equatable {
    /// One method's scores.
    public struct List: Sendable, Equatable {
        /// Of the method or run, such as its table's file name; no two lists may share it.
        public let name: String
        public let images: [ScoredImage]
        /// Trivial quantities, with a value for each image.
        public let trivial: [TrivialQuantity]

        public init(name: String, images: [ScoredImage], trivial: [TrivialQuantity] = []) {
            self.name = name
            self.images = images
            self.trivial = trivial
        }
    }

    /// How many of the images that another list has are missing from one.
    public struct Lack: Sendable, Equatable, Codable {
        public let method: String
        public let images: Int
    }

    /// A trivial quantity of the joint images, and the list that it comes from.
    public struct SourcedQuantity: Sendable, Equatable {
        public let quantity: TrivialQuantity
        public let source: String
    }

    /// Names of the lists.
    public let methods: [String]
    /// A list for each method, with one score for each image, all finite.
    public let scores: [[Double]]
    /// Names of the images that every list has, sorted.
    public let images: [String]
    /// One for each image.
    public let isAbnormal: [Bool]
    /// One for each image; nil if an image's group is not known. It is enough if one of the lists knows it.
    public let groups: [String]?
    /// Each as the first list has it that knows it: the crops of other methods may differ.
    public let trivial: [SourcedQuantity]
    /// Images that are in some lists but not in all.
    public let leftOut: Int
    /// One for each method.
    public let lacks: [Lack]

    /// - Throws: ``JointScoresError``.
    /// - Precondition: every trivial quantity has a value for each image of its list.
    public init(_ lists: [List]) throws(JointScoresError) {
        guard lists.count > 1 else { throw .tooFewLists(count: lists.count) }
        var union = ImageUnion()
        for list in lists { try union.add(list) }
        let names = union.entries.keys.sorted()
        let joint = names.compactMap { name in union.entries[name].map { (name: name, entry: $0) } }
            .filter { $0.entry.places.count == lists.count }
        guard !joint.isEmpty else { throw .nothingInCommon(lists: union.lists) }
        methods = union.lists
        images = joint.map(\.name)
        isAbnormal = joint.map(\.entry.isAbnormal)
        let known = joint.compactMap(\.entry.group?.name)
        groups = known.count == joint.count ? known : nil
        scores = lists.indices.map { list in joint.map { lists[list].images[$0.entry.places[list]].score } }
        trivial = Self.trivial(of: lists, places: joint.map(\.entry.places))
        leftOut = names.count - joint.count
        lacks = lists.map { Lack(method: $0.name, images: names.count - $0.images.count) }
    }

    /// Each method with its scores.
    ///
    /// - Throws: ``LabeledScoresError`` if the joint images are all normal, or all abnormal.
    public func labeled() throws(LabeledScoresError) -> [(name: String, scores: LabeledScores)] {
        var result: [(name: String, scores: LabeledScores)] = []
        for (name, scores) in zip(methods, scores) {
            result.append((name, try LabeledScores(scores: scores, isAbnormal: isAbnormal)))
        }
        return result
    }

    /// - Parameter places: of each joint image, its index in every list.
    private static func trivial(of lists: [List], places: [[Int]]) -> [SourcedQuantity] {
        var found: [SourcedQuantity] = []
        for (number, list) in lists.enumerated() {
            for quantity in list.trivial where !found.contains(where: { $0.quantity.name == quantity.name }) {
                precondition(quantity.values.count == list.images.count, "every image needs a value")
                let joint = TrivialQuantity(
                    name: quantity.name, values: places.map { quantity.values[$0[number]] },
                    tolerance: quantity.tolerance)
                found.append(SourcedQuantity(quantity: joint, source: list.name))
            }
        }
        return found
    }
}

/// The images of all lists so far, by name.
private struct ImageUnion {
    /// One image.
    struct Entry {
        let isAbnormal: Bool
        /// The list that the label comes from.
        let labelSource: String
        var group: (name: String, source: String)?
        /// Its index in each list that has it: one for every list if none lacks it.
        var places: [Int]
    }

    private(set) var entries: [String: Entry] = [:]
    private(set) var lists: [String] = []

    mutating func add(_ list: JointScores.List) throws(JointScoresError) {
        guard !lists.contains(list.name) else { throw .sameListName(list.name) }
        var own: Set<String> = []
        for (place, image) in list.images.enumerated() {
            guard let name = image.name else { throw .unnamedImage(list: list.name, number: place + 1) }
            guard own.insert(name).inserted else { throw .imageTwice(list: list.name, image: name) }
            guard image.score.isFinite else { throw .notFinite(list: list.name, image: name) }
            try add(image, named: name, place: place, of: list.name)
        }
        lists.append(list.name)
    }

    private mutating func add(
        _ image: ScoredImage, named name: String, place: Int, of list: String
    ) throws(JointScoresError) {
        var entry =
            entries[name]
            ?? Entry(isAbnormal: image.isAbnormal, labelSource: list, group: nil, places: [])
        guard entry.isAbnormal == image.isAbnormal else {
            throw .labelsDiffer(image: name, first: entry.labelSource, second: list)
        }
        if let group = image.group {
            if let known = entry.group, known.name != group {
                throw .groupsDiffer(image: name, first: known.source, second: list)
            }
            entry.group = entry.group ?? (group, list)
        }
        entry.places.append(place)
        entries[name] = entry
    }
}
