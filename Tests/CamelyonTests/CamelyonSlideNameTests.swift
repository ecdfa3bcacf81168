import Camelyon
import Testing

@Suite struct `Names of slides` {
    @Test(arguments: ["normal_001", "Tumor_110", "TEST_049", "test_000"])
    func `a name is read in any case and written in lower case`(text: String) throws {
        #expect(try name(text).description == text.lowercased())
    }

    @Test(arguments: [
        "", "normal", "normal_", "normal_1", "normal_0001", "normal_-01", "normal_+01", "normal_٠٠١",
        "normal_001 ",
        "normal__001", "normal_001_mask", "abnormal_001", "../normal_001", "tumor_00a", "test-001",
    ])
    func `other texts are no names`(text: String) {
        #expect(CamelyonSlideName(text) == nil)
    }

    @Test func `the series decides the part`() throws {
        #expect(try name("normal_001").part == .train)
        #expect(try name("tumor_001").part == .train)
        #expect(try name("test_001").part == .test)
    }

    @Test func `names sort as their texts do`() throws {
        let texts = ["tumor_002", "normal_100", "test_001", "normal_020", "tumor_001", "test_130"]
        #expect(try texts.map(name).sorted().map(\.description) == texts.sorted())
    }
}
