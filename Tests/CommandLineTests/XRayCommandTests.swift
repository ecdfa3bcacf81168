import Foundation
import ImageFiles
import SyntheticFilms
import TestSupport
import Testing

/// `wsi-screen xray` as users run it.
@Suite(.timeLimit(.minutes(5))) struct `The xray command` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticFilmSet(patients: 14, side: 96, seed: 5).write(
            into: folder.url.appendingPathComponent("films"))
    }

    private static let ingest = [
        "xray", "ingest", "--csv", "films/Data_Entry_2017.csv", "--images", "films", "--view", "PA",
        "--split",
        "films/train_val_list.txt", "films/test_list.txt",
    ]

    private func contents(_ output: String) throws -> [String: Data] {
        let names = folder.files().filter {
            $0.hasPrefix(output + "/") && !$0.hasSuffix("ingest.json") && !$0.contains("/.")
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                (
                    String($0.dropFirst(output.count)),
                    try Data(contentsOf: folder.url.appendingPathComponent($0))
                )
            })
    }

    @Test func `ingest prints the counts, and as JSON one document`() throws {
        let plain = try Program.run(Self.ingest + ["-o", "out"], in: folder)
        #expect(
            plain.status == 0 && plain.output.contains("rows of the table")
                && plain.output.contains("test normal"))
        let json = try Program.run(Self.ingest + ["-o", "out", "--json"], in: folder)
        let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let counts = try #require(record?["counts"] as? [String: Int])
        #expect(record?["rows"] as? Int == counts.values.reduce(0, +))
        #expect(record?["resumed"] as? Int == counts["used"])
    }

    @Test func `missing films are a fault unless the folder is known to hold only some`() throws {
        let film = try #require(folder.files().first { $0.hasSuffix(".png") })
        let rows = try String(contentsOfFile: folder.path + "/films/Data_Entry_2017.csv", encoding: .utf8)
        let name = (film as NSString).lastPathComponent
        let view = try #require(rows.split(separator: "\n").first { $0.hasPrefix(name) }).split(
            separator: ",")[6]
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent(film))
        let any = Self.ingest.map { $0 == "PA" ? String(view) : $0 }
        let strict = try Program.run(any + ["-o", "out"], in: folder)
        #expect(strict.status == 65 && strict.errors.contains("--partial"))
        #expect(try Program.run(any + ["-o", "out", "--partial"], in: folder).status == 0)
    }

    @Test(arguments: [
        (["--finding", "Infiltration"], "--validation-share"), (["--test-share", "0.3"], "--test-share"),
        (["--shard", "0/4"], "--shard"), (["--shard", "1/2", "--overwrite"], "--overwrite"),
        (["--validation-share", "1"], "--validation-share"), (["--crop", "400"], "--crop"),
    ])
    func `contradictions are usage errors with the fix`(options: [String], word: String) throws {
        let ending = try Program.run(Self.ingest + ["-o", "out"] + options, in: folder)
        #expect(ending.status == 64 && ending.errors.contains(word) && !ending.output.contains("rows"))
    }

    @Test
    func `a table that is none, lists that divide patients, and a folder in the way have their own codes`()
        throws
    {
        _ = try folder.file("no.csv", Array("a,b\n1,2\n".utf8))
        let table = try Program.run(
            ["xray", "ingest", "--csv", "no.csv", "--images", "films", "--view", "PA", "-o", "out"],
            in: folder)
        #expect(table.status == 65 && table.errors.contains("image index"))
        let rows = SyntheticFilmSet(patients: 14, side: 96, seed: 5).rows.filter { $0.view == "PA" }
        let double = try #require(Dictionary(grouping: rows, by: \.patient).values.first { $0.count > 1 })
        _ = try folder.file("train.txt", Array(double[0].image.utf8))
        _ = try folder.file("test.txt", Array(double[1].image.utf8))
        let divided = try Program.run(
            Array(Self.ingest.prefix(8)) + ["--split", "train.txt", "test.txt", "-o", "out"], in: folder)
        #expect(divided.status == 64 && divided.errors.contains("two sides"))
        _ = try folder.file("file", [])
        #expect(try Program.run(Self.ingest + ["-o", "file/out"], in: folder).status == 73)
    }

    @Test func `a run that is killed at any moment goes on and ends in the same bytes`() throws {
        #expect(try Program.run(Self.ingest + ["-o", "whole", "-q"], in: folder).status == 0)
        var kills = 0
        for delay in [5_000, 15_000, 25_000, 40_000, 60_000, 80_000] as [UInt32] {
            let (process, _, _) = try Program.start(
                Self.ingest + ["-o", "killed", "-q", "--workers", "1"], in: folder)
            usleep(delay)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
        }
        #expect(kills > 0)
        #expect(try Program.run(Self.ingest + ["-o", "killed", "-q"], in: folder).status == 0)
        #expect(try contents("killed") == contents("whole"))
    }
}
