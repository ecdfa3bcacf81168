import Foundation
import ImageFiles
import Kernels
import Pixels
import Radiographs
import Records
import SyntheticFilms
import TestSupport
import Testing
import Training

@Suite(.timeLimit(.minutes(3))) struct `Ingesting films` {
    private let folder: TemporaryFolder
    private let set = SyntheticFilmSet(patients: 12, side: 96, seed: 3)

    init() throws {
        folder = try TemporaryFolder()
        try set.write(into: folder.url.appendingPathComponent("films"))
    }

    private func job(_ output: String, workers: Int = 2) throws -> RadiographIngest {
        let films = folder.path + "/films"
        let lists = try SplitLists(reading: [films + "/train_val_list.txt", films + "/test_list.txt"])
        var job = RadiographIngest(
            table: films + "/Data_Entry_2017.csv", images: films, output: folder.path + "/" + output,
            query: RadiographQuery(position: .posteroanterior),
            split: .lists(lists, validation: 0.3, seed: 1), version: "test")
        job.workers = workers
        return job
    }

    /// Contents of all files of an output folder, apart from the record, which holds times.
    private func contents(_ output: String) throws -> [String: Data] {
        let names = folder.files().filter { $0.hasPrefix(output + "/") && !$0.hasSuffix("ingest.json") }
        return try Dictionary(
            uniqueKeysWithValues: names.filter { !$0.contains("/.") }.map {
                (
                    String($0.dropFirst(output.count + 1)),
                    try Data(contentsOf: folder.url.appendingPathComponent($0))
                )
            })
    }

    @Test func `every row has one count, and the manifest names each image with its checksum`() async throws {
        let record = try await job("out").run()
        #expect(record.rows == set.rows.count && record.accounted == record.rows)
        #expect(record.hasTrailingField && record.faults(partial: false) == 0)
        let wanted = set.rows.filter { row in
            row.view == "PA" && (row.findings == ["No Finding"] || row.isForTest)
        }
        // Abnormal films of patients drawn for validation are used, too.
        #expect(record.groups.reduce(0) { $0 + $1.images } == record.counts["used"])
        #expect(try #require(record.counts["used"]) >= wanted.count)
        var names: [String] = []
        try CSV.forEachRecord(ofFile: folder.path + "/out/manifest.csv") { row in
            guard row.line > 1 else { return }
            names.append(row.fields[0])
            let sum = try Checksum.sha256(ofFile: folder.path + "/out/" + row.fields[0])
            #expect(sum == row.fields[9])
        }
        let images = folder.files().filter { $0.hasPrefix("out/") && $0.hasSuffix(".png") }
        #expect(Set(names.map { "out/" + $0 }) == Set(images) && names.count == images.count)
        let film = try PNGFile.readGrey(folder.url.appendingPathComponent(images[0]))
        #expect(film.width == 300 && film.height == 300)
    }

    @Test func `training and evaluation read the manifest as it is, and no patient is on two sides`()
        async throws
    {
        let record = try await job("out").run()
        let manifest = folder.path + "/out/manifest.csv"
        let training = try ImageListing.find(manifest)
        let test = try LabeledListing.read(manifest: manifest, part: .test)
        #expect(training.images.count + training.skippedAbnormal + test.images.count == record.counts["used"])
        let known = Set(training.images.compactMap(\.group))
        #expect(!known.isEmpty && known.isDisjoint(with: Set(test.images.compactMap(\.image.group))))
        #expect(training.images.contains(where: \.isValidation) && test.images.contains(where: \.isAbnormal))
    }

    @Test func `the bytes do not depend on the workers`() async throws {
        _ = try await job("one", workers: 1).run()
        _ = try await job("four", workers: 4).run()
        #expect(try contents("one") == contents("four"))
    }

    @Test(arguments: [0, 1, 3, 7])
    func `a run that was stopped goes on and ends in the same bytes`(films: Int) async throws {
        _ = try await job("whole").run()
        let job = try job("stopped")
        await #expect(throws: CancellationError.self) {
            try await job.run { event in
                if case .films(let done, _, _) = event, done > films {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/stopped/ingest.json"))
        let record = try await Task { try await job.run() }.value
        #expect(record.resumed >= films)
        #expect(try contents("stopped") == contents("whole"))
    }

    @Test func `a film that changed is prepared again, even to an older one, and a damaged result, too`()
        async throws
    {
        _ = try await job("out").run()
        let again = try await job("out").run()
        #expect(again.resumed == again.counts["used"])
        let rows = set.rows.filter { $0.view == "PA" && $0.isForTest }
        let film = try #require(
            folder.files().first { $0.hasPrefix("films/") && $0.hasSuffix(rows[0].image) })
        let other = SyntheticFilm(seed: 999, side: 96, isAbnormal: true).render()
        _ = try folder.file(film, PNGFile.encode(other))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: folder.path + "/" + film)
        let result = try #require(
            folder.files().first { $0.hasPrefix("out/test/") && $0.hasSuffix(rows[1].image) })
        _ = try folder.file(result, [])
        let third = try await job("out").run()
        #expect(third.resumed == third.counts["used"].map { $0 - 2 })
        _ = try await job("fresh").run()
        let (kept, fresh) = (try contents("out"), try contents("fresh"))
        #expect(kept["manifest.csv"] == fresh["manifest.csv"] && Set(kept.keys) == Set(fresh.keys))
    }

    @Test func `an image whose row is gone does not stay`() async throws {
        _ = try await job("out").run()
        let film = try #require(folder.files().first { $0.hasPrefix("films/") && $0.hasSuffix(".png") })
        let all = folder.files().filter { $0.hasPrefix("out/") && $0.hasSuffix(".png") }
        let name = (film as NSString).lastPathComponent
        guard all.contains(where: { $0.hasSuffix(name) }) else { return }
        try FileManager.default.removeItem(atPath: folder.path + "/" + film)
        _ = try folder.file("out/test/normal/left.png.part", [1])
        let record = try await job("out").run()
        #expect(record.counts["no_image"] == 1)
        let left = folder.files().filter {
            $0.hasPrefix("out/") && ($0.hasSuffix(".png") || $0.hasSuffix(".part"))
        }
        #expect(left.count == all.count - 1 && !left.contains { $0.hasSuffix(name) })
    }

    @Test func `what others put there is never replaced, and films are never among the results`() async throws
    {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/mine/train", withIntermediateDirectories: true)
        _ = try folder.file("mine/train/my.txt", [1])
        var job = try job("mine")
        job.overwrite = true
        let foreign = job
        await #expect(throws: FolderInTheWay.foreign(folder: folder.path + "/mine", name: "train")) {
            try await foreign.run()
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: folder.path + "/films")
        for output in ["films", "films/out", ".", "link/out", "link/new/deep"] {
            let inside = try self.job(output)
            await #expect(throws: FolderInTheWay.self) { try await inside.run() }
        }
        #expect(folder.files().contains("mine/train/my.txt"))
    }

    @Test func `what is wanted is counted whether or not the films are there`() async throws {
        let whole = try await job("out").run()
        for film in folder.files() where film.hasPrefix("films/images_001/") {
            try FileManager.default.removeItem(atPath: folder.path + "/" + film)
        }
        let half = try await job("half").run()
        #expect(half.wanted == whole.wanted && half.wanted == whole.groups && half.groups != half.wanted)
    }

    @Test func `a query that nothing answers says why`() async throws {
        let films = folder.path + "/films"
        func run(_ query: RadiographQuery, _ split: PatientSplit) async throws {
            _ = try await RadiographIngest(
                table: films + "/Data_Entry_2017.csv", images: films, output: folder.path + "/none",
                query: query,
                split: split, version: "test"
            ).run()
        }
        let drawn = PatientSplit.drawn(test: 0.2, validation: 0.2, seed: 0)
        await #expect(throws: NothingSelected.self) {
            try await run(
                RadiographQuery(position: .posteroanterior, validationFindings: ["infiltration"]), drawn)
        }
        let lists = try SplitLists([.training: ["other.png"]])
        await #expect(throws: NothingSelected.self) {
            try await run(RadiographQuery(position: .posteroanterior), .lists(lists, validation: 0, seed: 0))
        }
    }

    @Test func `PA and AP of one seed divide patients alike`() throws {
        let table = try FindingsTable(contentsOf: folder.path + "/films/Data_Entry_2017.csv")
        var sides: [String: Set<ImagePart>] = [:]
        for view in ViewPosition.allCases {
            let selection = try RadiographSelection(
                table, RadiographQuery(position: view), split: .drawn(test: 0.4, validation: 0.2, seed: 3))
            for item in selection.items { sides[item.row.patient, default: []].insert(item.part) }
        }
        #expect(sides.values.allSatisfy { $0.count == 1 })
    }

    @Test func `other settings are refused unless the results are to be replaced`() async throws {
        _ = try await job("out").run()
        var other = try job("out")
        other.steps = RadiographSteps(size: 100, crop: 80, equalize: true, input: 32)
        let refused = other
        await #expect(throws: FolderInTheWay.self) { try await refused.run() }
        other.overwrite = true
        let record = try await other.run()
        #expect(record.resumed == 0)
        let image = try #require(folder.files().first { $0.hasPrefix("out/test") && $0.hasSuffix(".png") })
        #expect(try PNGFile.readGrey(folder.url.appendingPathComponent(image)).width == 32)
    }

    @Test func `films that cannot be used are rejected with the reason, and the others go on`() async throws {
        let wanted = set.rows.filter { $0.view == "PA" && $0.findings == ["No Finding"] }.map(\.image)
        func path(_ image: String) throws -> String {
            try #require(folder.files().first { $0.hasPrefix("films/") && $0.hasSuffix(image) })
        }
        let good = try Data(contentsOf: folder.url.appendingPathComponent(path(wanted[0])))
        _ = try folder.file(path(wanted[0]), [UInt8](good.prefix(good.count / 2)))
        _ = try folder.file(
            path(wanted[1]), PNGFile.encode(Plane<UInt8>(width: 96, height: 96, filledWith: 7)))
        _ = try folder.file(
            path(wanted[2]), PNGFile.encode(SyntheticFilm(seed: 1, side: 32, isAbnormal: false).render()))
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent(path(wanted[3])))
        let record = try await job("out").run()
        #expect(record.counts["unreadable"] == 3 && record.counts["no_image"] == 1)
        #expect(record.accounted == record.rows)
        #expect(record.faults(partial: false) == 4 && record.faults(partial: true) == 3)
        var reasons: [String: String] = [:]
        try CSV.forEachRecord(ofFile: folder.path + "/out/rejected.csv") {
            reasons[$0.fields[1]] = $0.fields[3]
        }
        #expect(reasons[wanted[0]]?.hasPrefix("corrupt") == true)
        #expect(reasons[wanted[1]]?.hasPrefix("uniform") == true)
        #expect(reasons[wanted[2]]?.hasPrefix("too_small") == true)
        #expect(reasons.count == 5)
    }

    @Test func `jobs of an array that start together share the films, and the last one joins their tables`()
        async throws
    {
        let whole = try await job("whole").run()
        let jobs = try (1...4).map { number in
            var share = try job("array", workers: 1)
            share.shard = try #require(IngestShard("\(number)/4"))
            return share
        }
        let records = try await withThrowingTaskGroup(of: IngestRecord.self) { group in
            for job in jobs { group.addTask { try await job.run() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(records.allSatisfy { $0.accounted == $0.rows })
        let joined = try #require(records.first { $0.shard == nil })
        #expect(
            joined.counts == whole.counts && joined.groups == whole.groups && joined.wanted == whole.wanted)
        let array = try contents("array")
        for (name, bytes) in try contents("whole") where name != "settings.json" {
            #expect(array[name] == bytes, "\(name)")
        }
        #expect(IngestShard("0/3") == nil && IngestShard("4/3") == nil && IngestShard("1") == nil)
    }

    @Test func `shares that find different films still add up`() async throws {
        var first = try job("array")
        first.shard = try #require(IngestShard("1/2"))
        _ = try await first.run()
        for film in folder.files() where film.hasPrefix("films/images_002/") {
            try FileManager.default.removeItem(atPath: folder.path + "/" + film)
        }
        var second = first
        second.shard = try #require(IngestShard("2/2"))
        let record = try await second.run()
        #expect(record.shard == nil && record.accounted == record.rows && record.counts["no_image"] ?? 0 > 0)
    }

    @Test func `a whole run and a share do not go together, nor do other numbers of shares`() async throws {
        var share = try job("array")
        share.shard = try #require(IngestShard("1/2"))
        _ = try await share.run()
        for other in ["1/3", "1/1"] {
            var job = try job("array")
            job.shard = try #require(IngestShard(other))
            let refused = job
            await #expect(throws: FolderInTheWay.self) { try await refused.run() }
        }
        let lock = try FolderLock(folder: folder.path + "/array", isShared: true)
        let whole = try job("array")
        await #expect(throws: FolderLockError.self) { try await whole.run() }
        _ = consume lock
    }

    @Test func `names that lead out of the folder reach no file`() async throws {
        let secret = try folder.file("secret.png", [1])
        var table = set.table
        for (number, name) in ["../secret.png", secret, "a/../../secret.png"].enumerated() {
            table += "\(name),No Finding,0,\(900 + number),30,M,PA,1,1,1,1,\n"
        }
        _ = try folder.file("films/Data_Entry_2017.csv", Array(table.utf8))
        let record = try await job("out").run()
        #expect(record.counts["malformed"] == 3 && record.accounted == set.rows.count + 3)
        #expect(
            !folder.files().contains { $0.hasPrefix("out/") && $0.hasSuffix(".png") && $0.contains("secret") }
        )
    }
}
