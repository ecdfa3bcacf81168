public struct ConvolutionGeometry: Sendable, Hashable {
    public let batch, height, width, inputs, outputs, rows, columns, stride, padding: Int
    public init(batch: Int, height: Int, width: Int, inputs: Int, outputs: Int, rows: Int, columns: Int, stride: Int, padding: Int) {
        self.batch = batch; self.height = height; self.width = width; self.inputs = inputs; self.outputs = outputs
        self.rows = rows; self.columns = columns; self.stride = stride; self.padding = padding
    }
    public var outputHeight: Int { (height + 2 * padding - rows) / stride + 1 }
    public var outputWidth: Int { (width + 2 * padding - columns) / stride + 1 }
    public var weightCount: Int { inputs * outputs * rows * columns }
    func each(_ body: (_ x: Int, _ w: Int, _ y: Int) -> Void) {
        for n in 0..<batch { for oy in 0..<outputHeight { for ox in 0..<outputWidth {
            for ky in 0..<rows { for kx in 0..<columns {
                let (y, x) = (oy * stride + ky - padding, ox * stride + kx - padding)
                if y < 0 || x < 0 || y >= height || x >= width { continue }
                for o in 0..<outputs { for i in 0..<inputs {
                    body(((n * height + y) * width + x) * inputs + i, ((o * inputs + i) * rows + ky) * columns + kx, ((n * outputHeight + oy) * outputWidth + ox) * outputs + o)
                } }
            } } } } }
    }
}
public struct ForwardConvolution: Sendable {
    let g: ConvolutionGeometry
    public init(_ geometry: ConvolutionGeometry) { g = geometry }
    public var packedCount: Int { g.weightCount }
    public var blockCount: Int { 1 }
    public var scratchCount: Int { 0 }
    public func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) { packed.update(from: weights, count: g.weightCount) }
    public func run(block: Int, input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?, slope: Float?, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
        let count = g.batch * g.outputHeight * g.outputWidth * g.outputs
        for i in 0..<count { output[i] = bias?[i % g.outputs] ?? 0 }
        g.each { x, w, y in output[y] += input[x] * packed[w] }
        if let slope { for i in 0..<count where output[i] < 0 { output[i] *= slope } }
    }
}
public struct ConvolutionDataGradient: Sendable {
    let g: ConvolutionGeometry
    public init(_ geometry: ConvolutionGeometry) { g = geometry }
    public var packedCount: Int { g.weightCount }
    public var blockCount: Int { 1 }
    public var scratchCount: Int { 0 }
    public func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) { packed.update(from: weights, count: g.weightCount) }
    public func run(block: Int, cotangent: UnsafePointer<Float>, packed: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
        for i in 0..<(g.batch * g.height * g.width * g.inputs) { inputGradient[i] = 0 }
        g.each { x, w, y in inputGradient[x] += cotangent[y] * packed[w] }
    }
}
public struct ConvolutionFilterGradient: Sendable {
    let g: ConvolutionGeometry
    public init(_ geometry: ConvolutionGeometry) { g = geometry }
    public var partialCount: Int { g.weightCount }
    public var blockCount: Int { 1 }
    public var scratchCount: Int { 0 }
    public func run(block: Int, input: UnsafePointer<Float>, cotangent: UnsafePointer<Float>, partial: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
        for i in 0..<g.weightCount { partial[i] = 0 }
        g.each { x, w, y in partial[w] += cotangent[y] * input[x] }
    }
    public func finish(_ partials: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>) { weightGradient.update(from: partials, count: g.weightCount) }
}
