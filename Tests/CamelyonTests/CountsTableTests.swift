import Camelyon
import Testing

@Suite struct `Counts beside those of the paper` {
    private func table() throws -> CountsTable {
        var table = CountsTable()
        try table.add(50, of: name("normal_001"), label: .normal)
        try table.add(27, of: name("normal_042"), label: .normal)
        try table.add(1, of: name("test_001"), label: .tumor)
        try table.add(2, of: name("test_001"), label: .tumor)
        try table.add(0, of: name("tumor_001"), label: .tumor)
        return table
    }

    @Test func `tiles and slides are counted by label and part`() throws {
        #expect(
            try table().csv() == """
                part,label,tiles,slides,published_tiles,published_slides
                train,normal,77,2,7612,153
                test,normal,0,0,4000,80
                train,tumor,0,0,2169,64
                test,tumor,3,1,817,24

                """)
    }

    @Test func `unknown labels have a row when there are some`() throws {
        var table = try table()
        try table.add(4, of: name("test_002"), label: nil)
        #expect(table.csv().hasSuffix("817,24\ntest,unknown,4,1,,\n"))
        #expect(table.rows.last?.published == nil)
    }

    @Test func `the text is aligned`() throws {
        var table = try table()
        try table.add(4, of: name("test_002"), label: nil)
        #expect(
            table.text() == """
                part   label    tiles  slides  published tiles  published slides
                train  normal      77       2             7612               153
                test   normal       0       0             4000                80
                train  tumor        0       0             2169                64
                test   tumor        3       1              817                24
                test   unknown      4       1

                """)
    }
}
