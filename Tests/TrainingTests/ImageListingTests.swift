import Foundation
import ImageFiles
import Networks
import Pixels
import TestSupport
import Testing

import Training

@Suite struct `Listing images` {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func folder(_ name: String) throws {
        try FileManager.default.createDirectory(
            at: place.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }

    private func manifest(_ text: String, files: [String] = ["a.png", "b.png", "c.png"]) throws -> String {
        for name in files { _ = try place.file(name, [1]) }
        return try place.file("index.csv", Array(text.utf8))
    }

    @Test func `a folder is searched to its depths, without hidden files, in the order of bytes`() throws {
        try folder("z/deep")
        try folder(".hidden")
        for name in [
            "b.PNG", "a.jpeg", "Z.jpg", "z/deep/c.png", "notes.txt", ".x.png", ".hidden/d.png", "é.png",
        ] {
            _ = try place.file(name, [1])
        }
        let listing = try ImageListing.find(place.path + "/")
        #expect(listing.images.map(\.name) == ["Z.jpg", "a.jpeg", "b.PNG", "z/deep/c.png", "é.png"])
        #expect(listing.images.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
    }

    @Test func `of slides that were cut into tiles the tiles are listed, each slide as a group`() throws {
        for slide in ["a", "deep/b"] {
            try folder("\(slide)/tiles")
            for name in [
                "manifest.json", "tiles.csv", "mask.png", "thumbnail.png", "tiles/x0_y0.png",
                "tiles/x1_y0.png",
            ] {
                _ = try place.file("\(slide)/\(name)", [1])
            }
        }
        _ = try place.file("alone.png", [1])
        let images = try ImageListing.find(place.path).images
        #expect(
            images.map(\.name) == [
                "a/tiles/x0_y0.png", "a/tiles/x1_y0.png", "alone.png", "deep/b/tiles/x0_y0.png",
                "deep/b/tiles/x1_y0.png",
            ])
        #expect(images[0].group == images[1].group && images[0].group != images[3].group)
        #expect(images[3].group == images[4].group && images[2].group == nil && images[0].group != nil)
    }

    @Test func `links in a circle are followed once`() throws {
        try folder("in")
        _ = try place.file("in/a.png", [1])
        for name in ["in/back", "in/self"] {
            try FileManager.default.createSymbolicLink(
                atPath: place.path + "/" + name,
                withDestinationPath: name == "in/back" ? place.path : place.path + "/in")
        }
        #expect(try ImageListing.find(place.path).images.count == 1)
    }

    @Test func `a folder without images says so`() throws {
        #expect(throws: ListingError.noImages(path: place.path)) { try ImageListing.find(place.path) }
        #expect(throws: ListingError.self) { try ImageListing.find(place.path + "/absent") }
    }

    @Test func `a manifest names images, labels, splits and groups`() throws {
        let path = try manifest(
            """
            Slide,Label,FILE,Split
            s1,Normal,c.png,train
            s2,no finding,a.png,val
            s1,tumor,b.png,train
            s3,normal,d.png,test

            """, files: ["a.png", "b.png", "c.png"])
        let listing = try ImageListing.find(path)
        #expect(listing.images.map(\.name) == ["a.png", "c.png"])
        #expect(listing.images.map(\.group) == ["s2", "s1"])
        #expect(listing.images.map(\.isValidation) == [true, false])
        #expect(listing.skippedAbnormal == 1 && listing.remarks.isEmpty)
        // Of test rows the files need not be here.
        #expect(listing.test.map(\.name) == ["d.png"] && listing.test.map(\.group) == ["s3"])
    }

    @Test(arguments: [
        ("split\na.png,0,train\nb.png,0,train\na.png,0,validation", "2 and 4", "train and validation"),
        ("split\na.png,0,test\na.png,0,train\nb.png,0,train", "2 and 3", "test and train"),
        ("x\na.png,normal,\nb.png,normal,\na.png,tumor,", "2 and 4", "normal and abnormal"),
        ("group\na.png,0,s1\n./a.png,0,s2", "2 and 3", "of group 's1' and of group 's2'"),
        ("group\na.png,0,\na.png,0,s2", "2 and 3", "of no group and of group 's2'"),
    ])
    func `rows that contradict each other are refused, with both lines`(
        text: String, lines: String, words: String
    ) throws {
        let path = try manifest("file,label,\(text)\n")
        let training = #expect(throws: ListingError.self) { try ImageListing.find(path) }
        let labeled = #expect(throws: ListingError.self) {
            try LabeledListing.read(manifest: path, part: nil)
        }
        #expect(training == labeled)
        let description = training?.description ?? ""
        #expect(description.contains("lines \(lines) contradict each other"), "\(description)")
        #expect(description.contains(words), "\(description)")
    }

    @Test func `rows that repeat another count once and are told`() throws {
        let path = try manifest(
            "file,label,split\na.png,normal,train\nb.png,tumor,test\na.png,Normal,training\n"
                + "./a.png,0,train\nb.png,cancer,test\n")
        let listing = try ImageListing.find(path)
        #expect(listing.images.map(\.name) == ["a.png"] && listing.test.map(\.name) == ["b.png"])
        #expect(listing.remarks == [.repeatedRows(count: 3)])
        let labeled = try LabeledListing.read(manifest: path, part: .test)
        #expect(labeled.images.map(\.image.name) == ["b.png"] && labeled.images[0].isAbnormal)
        #expect(labeled.remarks == [.repeatedRows(count: 3)])
    }

    @Test func `a part without rows is an error that names the parts`() throws {
        let path = try manifest("file,label,split\na.png,normal,train\nb.png,tumor,val\nc.png,0,train\n")
        #expect(throws: ListingError.noRows(path: path, part: .test, parts: [.training, .validation])) {
            try LabeledListing.read(manifest: path, part: .test)
        }
        #expect(try LabeledListing.read(manifest: path, part: .validation).images.map(\.isAbnormal) == [true])
        #expect(try LabeledListing.read(manifest: path, part: .training).images.count == 2)
        #expect(try LabeledListing.read(manifest: path, part: nil).images.count == 3)
    }

    @Test func `a manifest without a column for splits is a test set as a whole`() throws {
        let path = try manifest("file,label\na.png,normal\nb.png,tumor\n")
        #expect(try LabeledListing.read(manifest: path, part: .test).images.count == 2)
        let error = #expect(throws: ListingError.noRows(path: path, part: .validation, parts: [])) {
            try LabeledListing.read(manifest: path, part: .validation)
        }
        #expect(error?.description.contains("no column split") == true)
    }

    @Test(arguments: ["image_index", "Image Index", "ImageIndex", "IMAGEINDEX", " image_Index "])
    func `case, spaces and underscores in headers do not matter`(header: String) throws {
        let listing = try ImageListing.find(try manifest("\(header),Patient ID\na.png,7\n"))
        #expect(listing.images.map(\.group) == ["7"])
    }

    @Test func `of several folders each is a group, one folder is none`() throws {
        for name in ["s1", "s2/x", "tiled/tiles"] { try folder(name) }
        for name in ["s1/a.png", "s1/b.png", "loose.png"] { _ = try place.file(name, [1]) }
        let single = try ImageListing.find(place.path)
        #expect(single.images.allSatisfy { $0.group == nil } && single.remarks.isEmpty)
        for name in ["s2/x/c.png", "s2/x/d.png"] { _ = try place.file(name, [1]) }
        let several = try ImageListing.find(place.path)
        #expect(several.images.map(\.name).first == "loose.png" && several.images[0].group == nil)
        let groups = several.images.dropFirst().map(\.group)
        #expect(groups[0] == groups[1] && groups[2] == groups[3] && groups[0] != groups[2])
        #expect(groups.allSatisfy { $0 != nil } && several.remarks == [.foldersAreGroups(count: 2)])
        // A slide that was cut into tiles is a folder like others.
        try FileManager.default.removeItem(atPath: place.path + "/s2")
        for name in ["manifest.json", "tiles.csv", "tiles/t.png"] { _ = try place.file("tiled/" + name, [1]) }
        let mixed = try ImageListing.find(place.path)
        #expect(Set(mixed.images.compactMap(\.group)).count == 2)
        #expect(mixed.remarks == [.foldersAreGroups(count: 1)])
    }

    @Test func `folders that are named like abnormal or test images are told`() throws {
        for name in ["Tumor/deep", "normal", "TEST"] {
            try folder(name)
            _ = try place.file(name + "/a.png", [1])
        }
        let remarks = try ImageListing.find(place.path).remarks
        #expect(remarks == [.doubtfulFolders(["TEST", "Tumor"]), .foldersAreGroups(count: 3)])
        #expect(remarks.map(\.isWarning) == [true, false])
    }

    @Test func `without a label column every row is normal, and names count once`() throws {
        let listing = try ImageListing.find(try manifest("tile\na.png\nb.png\na.png\n"))
        #expect(listing.images.map(\.name) == ["a.png", "b.png"])
        #expect(listing.images.allSatisfy { $0.group == nil })
        #expect(listing.remarks == [.repeatedRows(count: 1)])
    }

    @Test func `absolute and parent paths are allowed`() throws {
        try folder("sub")
        for name in ["a.png", "b.png"] { _ = try place.file(name, [1]) }
        let path = try place.file("sub/index.csv", Array("path\n../a.png\n\(place.path)/b.png\n".utf8))
        let listing = try ImageListing.find(path)
        #expect(listing.images.count == 2)
        #expect(listing.images.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
    }

    @Test func `labels that may mean anything are named until the normal one is given`() throws {
        let path = try manifest("file,label\na.png,grade 1\nb.png,normal\nc.png,grade 2\n")
        #expect(
            throws: ListingError.unknownLabels(path: path, column: "label", labels: ["grade 1", "grade 2"])
        ) { try ImageListing.find(path) }
        let columns = ManifestColumns(normalLabels: ["Grade 1", "normal"])
        let listing = try ImageListing.find(path, columns: columns)
        #expect(listing.images.map(\.name) == ["a.png", "b.png"])
        #expect(listing.skippedAbnormal == 1)
    }

    @Test func `several findings of one film are abnormal`() throws {
        let path = try manifest("file,nih_label\na.png,No Finding\nb.png,Edema|Mass\nc.png,Hernia\n")
        let listing = try ImageListing.find(path)
        #expect(listing.images.map(\.name) == ["a.png"])
        #expect(listing.skippedAbnormal == 2)
    }

    @Test func `columns can be named`() throws {
        let path = try manifest("file,site,kind,slide\na.png,x,normal,1\nb.png,y,1,1\n")
        let listing = try ImageListing.find(path, columns: ManifestColumns(group: "Site", label: "kind"))
        #expect(listing.images.map(\.group) == ["x"])
        #expect(throws: ListingError.self) {
            try ImageListing.find(path, columns: ManifestColumns(group: "ward"))
        }
    }

    @Test(arguments: [
        "", "name,label\na.png,normal\n", "file,label\na.png\n", "file,label\n\"a.png,normal\n",
        "file,label\nabsent.png,normal\n", "file,label\na.png,abnormal\n", "file,label\na.png,\n",
        "file,split\na.png,maybe\n", "file,split\na.png,test\n",
    ])
    func `a manifest that leaves something open is refused`(text: String) throws {
        let path = try manifest(text)
        let error = #expect(throws: ListingError.self) { try ImageListing.find(path) }
        #expect(error?.description.contains(path) == true)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `real manifests are read`() throws {
        let lung = try ImageListing.find(SharedData.url("data/tiles/lc25000_lung/index.csv").path)
        #expect(lung.images.count == 1_491 && lung.skippedAbnormal == 982)
        #expect(lung.images.allSatisfy { $0.group?.hasPrefix("lung_n:") == true })
    }
}

@Suite struct `Holding images out` {
    private func listing(_ groups: [String?], validation: Set<Int> = []) -> ImageListing {
        ImageListing(
            images: groups.enumerated().map { index, group in
                let name = String(1000 + index)
                return .init(
                    name: name, path: "/" + name, group: group, isValidation: validation.contains(index))
            })
    }

    private func digests(_ count: Int) -> [String?] { (0..<count).map { "\($0)" } }

    @Test func `groups stay whole and the wanted part is met`() throws {
        let images = listing((0..<100).map { "g\($0 / 5)" })
        for seed in 1...20 as ClosedRange<UInt64> {
            let parts = try HoldOut(images, digests: digests(100), fraction: 0.2, seed: seed)
            #expect(parts.heldOut.count == 20 && parts.training.count == 80)
            let groups = Set(parts.heldOut.map(\.group))
            #expect(parts.training.allSatisfy { !groups.contains($0.group) })
        }
        let one = try HoldOut(images, digests: digests(100), fraction: 0.2, seed: 1)
        #expect(try HoldOut(images, digests: digests(100), fraction: 0.2, seed: 1) == one)
        #expect(try HoldOut(images, digests: digests(100), fraction: 0.2, seed: 2) != one)
    }

    @Test func `at least one group is held out and never all`() throws {
        for fraction in [0.001, 0.5] {
            let parts = try HoldOut(listing([nil, nil]), digests: digests(2), fraction: fraction, seed: 3)
            #expect(parts.heldOut.count == 1 && parts.training.count == 1)
            // A large group is not held out for a small part.
            let uneven = listing(["big"] + [String?](repeating: "big", count: 50) + ["small"])
            let some = try HoldOut(uneven, digests: digests(52), fraction: 0.1, seed: 3)
            #expect(some.heldOut.map(\.group) == ["small"])
        }
        #expect(throws: HoldOutError.oneGroup(images: 3)) {
            try HoldOut(listing(["a", "a", "a"]), digests: digests(3), fraction: 0.1, seed: 1)
        }
    }

    @Test func `identical files stay on one side, and with them their groups`() throws {
        // 0 and 5 are the same file, which joins their groups a and c.
        let images = listing(["a", "a", "b", "b", "c", "c", "d", "d"])
        var names = digests(8)
        names[5] = names[0]
        for seed in 0..<30 as Range<UInt64> {
            let parts = try HoldOut(images, digests: names, fraction: 0.4, seed: seed)
            let held = Set(parts.heldOut.map(\.group))
            #expect(held.contains("a") == held.contains("c"))
        }
    }

    @Test func `validation rows are the hold-out and their copies leave the training`() throws {
        var names = digests(4)
        names[2] = names[0]
        let parts = try HoldOut(
            listing([nil, nil, nil, nil], validation: [0]), digests: names, fraction: 0.5, seed: 1)
        #expect(parts.heldOut.map(\.name) == ["1000"])
        #expect(parts.training.map(\.name) == ["1001", "1003"])
        #expect(parts.leftOut == 1)
        #expect(throws: HoldOutError.nothingToTrainOn(images: 1)) {
            try HoldOut(listing([nil], validation: [0]), digests: ["x"], fraction: 0.5, seed: 1)
        }
    }

    @Test func `a group with rows in two parts is refused`() throws {
        let groups = ["a", "b", "c", "d", "e", "a", "b", "c", "d", nil]
        let divided = listing(groups, validation: [5, 6, 7, 8, 9])
        #expect(
            throws: HoldOutError.dividedGroups(.training, .validation, count: 4, first: ["a", "b", "c"])
        ) { try HoldOut(divided, digests: digests(10), fraction: 0.1, seed: 1) }
        for (validation, part) in [(Set<Int>(), ImagePart.training), ([0], .validation)] {
            let images = listing(["a", "b"], validation: validation).images
            let test = ["x", "a", "a"].map { ImageListing.Image(name: $0, path: "/" + $0, group: $0) }
            let error = #expect(
                throws: HoldOutError.dividedGroups(part, .test, count: 1, first: ["a"])
            ) {
                try HoldOut(
                    ImageListing(images: images, test: test), digests: digests(2), fraction: 0.5, seed: 1)
            }
            #expect(error?.description.contains("'a'") == true)
        }
        let whole = listing(["a", "b", "a", "b"], validation: [1, 3])
        let parts = try HoldOut(whole, digests: digests(4), fraction: 0.1, seed: 1)
        #expect(parts.heldOut.map(\.group) == ["b", "b"] && parts.training.map(\.group) == ["a", "a"])
    }

    @Test func `a copy of a test image is not trained on`() async throws {
        let place = try TemporaryFolder()
        for (name, bytes) in [("a.png", [1, 2]), ("b.png", [3]), ("c.png", [4, 4]), ("t.png", [1, 2, 3])] {
            _ = try place.file(name, bytes.map { UInt8($0) })
        }
        let manifest = try place.file(
            "m.csv",
            Array("file,label,split\na.png,0,train\nb.png,0,train\nt.png,1,test\nabsent.png,0,test\n".utf8))
        let clean = try await HoldOut.divide(ImageListing.find(manifest), fraction: 0.5, seed: 1, workers: 2)
        #expect(clean.training.count == 1 && clean.heldOut.count == 1)
        _ = try place.file("t.png", [3])
        await #expect(throws: HoldOutError.copiesOfTests(count: 1, first: ["'b.png' of 't.png'"])) {
            try await HoldOut.divide(ImageListing.find(manifest), fraction: 0.5, seed: 1, workers: 2)
        }
    }

    /// Reading from a pipe would wait for a writer that never comes.
    @Test(.timeLimit(.minutes(1))) func `a pipe among the images is passed over`() async throws {
        let place = try TemporaryFolder()
        for (name, byte) in [("a.png", 1), ("b.png", 2)] { _ = try place.file(name, [UInt8(byte)]) }
        #expect(mkfifo(place.path + "/pipe.png", 0o600) == 0)
        let parts = try await HoldOut.divide(
            ImageListing.find(place.path), fraction: 0.3, seed: 1, workers: 2)
        #expect((parts.training + parts.heldOut).count == 3)
        #expect {
            try ImageFile.read(place.url.appendingPathComponent("pipe.png"))
        } throws: { error in
            if case ImageFileError.cannotRead = error { true } else { false }
        }
        #expect {
            try ExtractorSource.load(.vgg19, file: place.url.appendingPathComponent("pipe.png"))
        } throws: { error in
            if case ExtractorError.unreadable = error { true } else { false }
        }
    }

    @Test func `files are compared by their bytes`() async throws {
        let place = try TemporaryFolder()
        for (name, byte) in [("a.png", 1), ("b.png", 2), ("c.png", 1), ("d.png", 1)] {
            _ = try place.file(name, [UInt8(byte)])
        }
        let parts = try await HoldOut.divide(
            try ImageListing.find(place.path), fraction: 0.5, seed: 4, workers: 3)
        let sides = [parts.training.map(\.name), parts.heldOut.map(\.name)]
        #expect(sides.contains(["b.png"]) && sides.contains(["a.png", "c.png", "d.png"]))
    }
}
