import Kernels
import Networks

/// Random tensors of the given shapes, scaled so that activations neither vanish nor explode.
func randomTensors(_ parameters: [ParameterShape], seed: UInt64) -> NamedTensors {
    var generator = SeededGenerator(seed: seed)
    var tensors: NamedTensors = [:]
    for parameter in parameters {
        let fan = Double(parameter.shape.dropFirst().reduce(1, *))
        let values = (0..<parameter.count).map { _ in
            Float(
                (generator.nextUnit() * 2 - 1) * (parameter.shape.count == 1 ? 0.1 : (3 / fan).squareRoot()))
        }
        tensors[parameter.name] = Tensor(shape: parameter.shape, values: values)
    }
    return tensors
}

/// The autoencoder written down once more from the paper's block table, in doubles and nested loops, without
/// the layer lists of the product: an independent oracle for small networks.
struct NaiveNetwork {
    let tensors: NamedTensors

    /// A map in C x H x W order, indexed [channel][row][column].
    typealias Map = [[[Double]]]

    func convolve(_ input: Map, _ name: String, padding: Int) -> Map {
        guard let weight = tensors["\(name).weight"], let bias = tensors["\(name).bias"] else { return [] }
        let (outputs, side) = (weight.shape[0], weight.shape[2])
        let (height, width) = (
            input[0].count + 2 * padding - side + 1, input[0][0].count + 2 * padding - side + 1
        )
        return (0..<outputs).map { output in
            (0..<height).map { y in
                (0..<width).map { x in
                    var sum = Double(bias.values[output])
                    for (channel, plane) in input.enumerated() {
                        for ky in 0..<side {
                            for kx in 0..<side {
                                let (row, column) = (y + ky - padding, x + kx - padding)
                                guard plane.indices.contains(row), plane[row].indices.contains(column) else {
                                    continue
                                }
                                let at = ((output * input.count + channel) * side + ky) * side + kx
                                sum += Double(weight.values[at]) * plane[row][column]
                            }
                        }
                    }
                    return sum
                }
            }
        }
    }

    func each(_ map: Map, _ function: (Double) -> Double) -> Map { map.map { $0.map { $0.map(function) } } }

    func leaky(_ map: Map) -> Map { each(map) { $0 < 0 ? 0.2 * $0 : $0 } }

    /// Combines the four values of every 2 x 2 cell.
    func cells(_ map: Map, _ combine: ([Double]) -> Double) -> Map {
        map.map { plane -> [[Double]] in
            var result: [[Double]] = []
            for y in stride(from: 0, to: plane.count - 1, by: 2) {
                result.append([])
                for x in stride(from: 0, to: plane[y].count - 1, by: 2) {
                    let cell = [plane[y][x], plane[y][x + 1], plane[y + 1][x], plane[y + 1][x + 1]]
                    result[y / 2].append(combine(cell))
                }
            }
            return result
        }
    }

    func halved(_ map: Map) -> Map { cells(map) { $0.reduce(0, +) / 4 } }

    func doubled(_ map: Map) -> Map {
        map.map { plane in
            (0..<(plane.count * 2)).map { y in (0..<(plane[0].count * 2)).map { x in plane[y / 2][x / 2] } }
        }
    }

    func block(_ input: Map, _ name: String, _ resample: (Map) -> Map = { $0 }) -> Map {
        var skip = resample(input)
        if tensors["\(name).skip.weight"] != nil { skip = convolve(skip, "\(name).skip", padding: 0) }
        let first = convolve(resample(leaky(input)), "\(name).c1", padding: 1)
        let second = convolve(leaky(first), "\(name).c2", padding: 1)
        return zip(skip, second).map { zip($0, $1).map { zip($0, $1).map { $0 + $1 } } }
    }

    func encode(_ image: Map, stages: Int, isPoint: Bool) -> Map {
        var h = convolve(image, "enc.rgb.0", padding: 1)
        h = block(block(h, "enc.rgb.1"), "enc.rgb.2")
        for stage in 0..<stages {
            h = block(block(h, "enc.body.\(2 * stage)", halved), "enc.body.\(2 * stage + 1)")
        }
        return isPoint ? convolve(leaky(h), "enc.last", padding: 0) : block(h, "enc.last")
    }

    func decode(_ code: Map, stages: Int, isPoint: Bool) -> Map {
        var h = isPoint ? convolve(leaky(code), "dec.first", padding: 3) : block(code, "dec.first")
        for stage in 0..<stages {
            h = block(block(h, "dec.body.\(2 * stage)", doubled), "dec.body.\(2 * stage + 1)")
        }
        return convolve(leaky(h), "dec.rgb", padding: 1)
    }

    /// Features of a stack of blocks of 3 x 3 convolutions with ReLU, after the last one; `widths` as in the
    /// record.
    func features(_ image: Map, widths: [[Int]], prefix: String) -> Map {
        let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        let color = image.count == 1 ? [image[0], image[0], image[0]] : image
        var h = color.enumerated().map { channel, plane in
            plane.map { $0.map { ($0 * 0.5 + 0.5 - mean[channel]) / deviation[channel] } }
        }
        var number = 0
        for (index, block) in widths.enumerated() {
            if index > 0 { h = cells(h) { $0.max() ?? .nan } }
            for _ in block {
                h = each(convolve(h, "\(prefix)\(number)", padding: 1)) { max($0, 0) }
                number += 1
            }
        }
        return h
    }
}

/// H x W x C floats as a C x H x W map.
func planes(_ values: [Float], side: Int, channels: Int) -> NaiveNetwork.Map {
    (0..<channels).map { channel in
        (0..<side).map { y in (0..<side).map { x in Double(values[(y * side + x) * channels + channel]) } }
    }
}

/// A C x H x W map as H x W x C floats.
func pixels(_ map: NaiveNetwork.Map) -> [Float] {
    map[0].indices.flatMap { y in map[0][0].indices.flatMap { x in map.map { Float($0[y][x]) } } }
}
