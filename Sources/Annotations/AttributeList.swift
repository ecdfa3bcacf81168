/// The attributes of one element. Names are compared without case, since some files write `x` for `X`.
struct AttributeList {
    private let element: String
    private let values: [String: String]

    init(_ values: [String: String], of element: String) {
        self.element = element
        self.values = values
    }

    var longest: Int { values.values.reduce(0) { max($0, $1.utf8.count) } }

    /// - Throws: `.ambiguous` if the element has the attribute in two spellings.
    func text(_ name: String) throws(AnnotationError.Problem) -> String? {
        var found: String?
        for (key, value) in values where Self.areEqual(key, name) {
            if found != nil { throw .ambiguous(attribute: name, element: element) }
            found = value
        }
        return found
    }

    func requiredText(_ name: String) throws(AnnotationError.Problem) -> String {
        guard let text = try text(name) else { throw .missing(attribute: name, element: element) }
        return text
    }

    /// A coordinate, written with a decimal point whatever the locale.
    func coordinate(_ name: String) throws(AnnotationError.Problem) -> Double {
        let text = try requiredText(name)
        guard text.utf8.allSatisfy(Self.belongsToNumber), let value = Double(text) else {
            if text.contains(",") { throw .decimalComma(attribute: name, text: text) }
            throw .notANumber(attribute: name, text: text)
        }
        guard abs(value) <= Polygon.coordinateBound else { throw .outOfRange(attribute: name, text: text) }
        return value
    }

    func integer(_ name: String) throws(AnnotationError.Problem) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let value = Int(text) else { throw .notANumber(attribute: name, text: text) }
        return value
    }

    /// Leaves out the letters with which `Double` reads hexadecimal numbers, infinity and NaN.
    private static func belongsToNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Without the cost of a lowercase copy, as every vertex asks for three attributes.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && (left.utf8.elementsEqual(right.utf8) || left.lowercased() == right.lowercased())
    }
}
