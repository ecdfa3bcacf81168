/// One Annotation element while and after it is read; its group is resolved when the whole file is known.
struct OutlinedAnnotation {
    /// Whether an annotation of a type encloses an area by straight lines.
    enum Shape: Equatable {
        case area
        case marks

        /// - Throws: `.spline` or `.unknownType`.
        init(type: String, annotation: String) throws(AnnotationError.Problem) {
            switch type.lowercased() {
            case "polygon", "rectangle": self = .area
            case "dot", "pointset", "measurement": self = .marks
            case "spline": throw .spline(annotation: annotation)
            default: throw .unknownType(type, annotation: annotation)
            }
        }
    }

    let name: String
    let type: String
    let shape: Shape
    /// Absent only for marks.
    let group: String?
    let line: Int
    private(set) var pointCount = 0
    private var points: [(order: Int?, vertex: Vertex)] = []

    init(_ attributes: AttributeList, line: Int) throws(AnnotationError.Problem) {
        name = try attributes.text("Name") ?? ""
        type = try attributes.requiredText("Type")
        shape = try Shape(type: type, annotation: name)
        group = shape == .area ? try attributes.requiredText("PartOfGroup") : nil
        self.line = line
    }

    mutating func addPoint(_ attributes: AttributeList) throws(AnnotationError.Problem) {
        let vertex = try Vertex(x: attributes.coordinate("X"), y: attributes.coordinate("Y"))
        let order = try attributes.integer("Order")
        pointCount += 1
        if shape == .area { points.append((order, vertex)) }
    }

    /// The outline with its vertices in the sequence of their Order. Vertices of equal Order, or of a polygon
    /// without any Order, keep the sequence of the file, with a warning; a polygon that numbers only some of
    /// its vertices has no sequence that could be trusted.
    ///
    /// - Throws: `.partialOrder`.
    consuming func outline(_ warnings: inout [AnnotationWarning]) throws(AnnotationError.Problem) -> Polygon {
        let orders = points.compactMap(\.order)
        if orders.count < points.count {
            guard orders.isEmpty else { throw .partialOrder(annotation: name) }
            warnings.append(.noOrder(annotation: name, line: line))
        } else if zip(orders, orders.dropFirst()).contains(where: { $0 >= $1 }) {
            let sequence = points.indices.sorted { (orders[$0], $0) < (orders[$1], $1) }
            if zip(sequence, sequence.dropFirst()).contains(where: { orders[$0] == orders[$1] }) {
                warnings.append(.repeatedOrder(annotation: name, line: line))
            }
            return Polygon(sequence.map { points[$0].vertex })
        }
        return Polygon(points.map(\.vertex))
    }
}
