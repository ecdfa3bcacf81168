import Camelyon
import Pixels
import Testing

@Suite struct `Names of published tiles` {
    private static let published = "test_093_normal_x_68352_y_66048_w_768_h_768.jpg"

    @Test func `x in a name is the row`() throws {
        let tile = try PublishedTile(name: Self.published)
        #expect(tile.slide.description == "test_093")
        #expect(tile.label == .normal)
        #expect(tile.area == SlideRect(x: 66_048, y: 68_352, width: 768, height: 768))
        #expect(tile.name == Self.published)
    }

    @Test(arguments: ["", "/tiles/a,b/", "C:\\tiles\\", "./"])
    func `a path before the name is skipped`(path: String) throws {
        #expect(try PublishedTile(name: path + Self.published).name == Self.published)
    }

    @Test func `width and height keep their sides`() throws {
        let text = "Tumor_001_Normal_x_1_y_0_w_2_h_3.PNG"
        let tile = try PublishedTile(name: text)
        #expect(tile.area == SlideRect(x: 0, y: 1, width: 2, height: 3))
        #expect(tile.name == "tumor_001_normal_x_1_y_0_w_2_h_3.jpg")
    }

    @Test(arguments: [
        ("", TileNameDefect.form),
        ("test_093", .form),
        ("test_093_normal_x_68352_y_66048_w_768_h_768", .form),
        ("test_093_normal_x_68352_y_66048_w_768_h_768.tif", .form),
        ("test_093_normal_y_68352_x_66048_w_768_h_768.jpg", .form),
        ("test_093_normal_x_68352_y_66048_w_768_h_768_1.jpg", .form),
        ("test_93_normal_x_0_y_0_w_768_h_768.jpg", .slide("test_93")),
        ("slide_093_normal_x_0_y_0_w_768_h_768.jpg", .slide("slide_093")),
        ("test_093_benign_x_0_y_0_w_768_h_768.jpg", .label("benign")),
        ("test_093_normal_x_-1_y_0_w_768_h_768.jpg", .number),
        ("test_093_normal_x_01_y_0_w_768_h_768.jpg", .number),
        ("test_093_normal_x__y_0_w_768_h_768.jpg", .number),
        ("test_093_normal_x_0_y_99999999999999999999_w_768_h_768.jpg", .number),
        ("test_093_normal_x_0_y_0_w_0_h_768.jpg", .number),
        ("test_093_normal_x_0_y_0_w_768_h_65537.jpg", .number),
    ])
    func `other names are refused`(name: String, defect: TileNameDefect) {
        #expect(throws: defect) { try PublishedTile(name: name) }
    }

    @Test func `a normal slide has no tumor tile`() throws {
        let slide = try name("normal_001")
        #expect(throws: TileNameDefect.tumorOnNormalSlide(slide)) {
            try PublishedTile(name: "normal_001_tumor_x_0_y_0_w_768_h_768.jpg")
        }
    }
}
