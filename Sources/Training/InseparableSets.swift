extension ImageListing.Image {
    /// What groups are compared by: `S1` and `s1` are one slide.
    var groupKey: String? { group?.lowercased() }
}

/// Which images must stay on one side of any division: those of one group (slide, patient), and identical files.
package struct InseparableSets {
    /// A number for each image, equal for those that must stay together: the index of one of them.
    package let numbers: [Int]

    /// - Parameter digests: a name for the content of each file; nil for files that cannot be read.
    package init(_ images: [ImageListing.Image], _ digests: [String?]) {
        var parent = Array(images.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while parent[index] != index {
                parent[index] = parent[parent[index]]
                index = parent[index]
            }
            return index
        }
        var firstOfGroup: [String: Int] = [:]
        var firstOfContent: [String: Int] = [:]
        for index in images.indices {
            if let group = images[index].groupKey {
                parent[root(index)] = root(firstOfGroup[group] ?? index)
                if firstOfGroup[group] == nil { firstOfGroup[group] = index }
            }
            if let digest = digests[index] {
                parent[root(index)] = root(firstOfContent[digest] ?? index)
                if firstOfContent[digest] == nil { firstOfContent[digest] = index }
            }
        }
        numbers = images.indices.map(root)
    }
}
