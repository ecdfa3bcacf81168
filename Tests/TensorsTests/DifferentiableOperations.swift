import Tensors

/// The operations whose derivatives are checked, with all their options.
enum DifferentiableOperations {
    typealias Function = DifferentiableFunction

    static let all: [Function] = [
        arithmetic, selfUses, functions, sums, totals, matrices, convolutions, oddConvolutions,
        rectifiedConvolutions, transposedConvolutions, poolings, enlargements, maxima, resamplings, blurs,
        standardizations, normalizations, similarities,
    ].flatMap { $0 }

    /// Operand shapes for every way of repeating.
    private static let broadcasts: [(name: String, left: TensorShape, right: TensorShape)] = [
        ("same", [2, 3, 4], [2, 3, 4]),
        ("a number on the right", [2, 3, 2], .scalar),
        ("a number on the left", [1], [2, 3, 2]),
        ("per channel", [2, 3, 2, 5], [5]),
        ("per channel on the left", [5], [2, 3, 2, 5]),
        ("per image", [3, 2, 2, 2], [3, 1, 1, 1]),
        ("per pixel", [2, 2, 3, 4], [2, 2, 3, 1]),
        ("interleaved axes", [2, 3, 4, 2], [2, 1, 4, 1]),
        ("both repeat", [3, 1, 4], [1, 2, 1]),
        ("both repeat, ranks differ", [2, 1, 3], [4, 1]),
        ("both repeat, interleaved", [2, 1, 3, 1, 2], [1, 4, 3, 2, 1]),
        ("axes of size one", [1, 3, 1], [3, 1, 1]),
    ]

    private static let arithmetic: [Function] =
        broadcasts.flatMap { pattern in
            [
                Function("+ \(pattern.name)", pattern.left, pattern.right) { $0[0] + $0[1] },
                Function("- \(pattern.name)", pattern.left, pattern.right) { $0[0] - $0[1] },
                Function("* \(pattern.name)", pattern.left, pattern.right) { $0[0] * $0[1] },
                Function("/ \(pattern.name)", pattern.left, pattern.right, domain: .positive) {
                    $0[0] / $0[1]
                },
            ]
        }

    private static let selfUses: [Function] = [
        Function("a value with itself", [2, 3]) { ($0[0] + $0[0]) * $0[0] - $0[0] / ($0[0] * $0[0] + 1) },
        Function("a value with its view", [2, 3]) {
            $0[0] * $0[0].reshaped(to: [3, 2]).reshaped(to: [1, 2, 3])
        },
    ]

    private static let functions: [Function] = [
        Function("x + number", [5]) { $0[0] + 2.5 },
        Function("x - number", [5]) { $0[0] - 2.5 },
        Function("x * number", [5]) { $0[0] * -0.75 },
        Function("number - x", [5]) { 1.5 - $0[0] },
        Function("-x", [5]) { -$0[0] },
        Function("absolute", [7]) { $0[0].absolute },
        Function("x times its sign", [7]) { $0[0] * $0[0].sign },
        Function("squared", [7]) { $0[0].squared },
        Function("square root", [7], domain: .positive) { $0[0].squareRoot + 1 },
        Function("exponential", [7]) { $0[0].exponential },
        Function("logarithm", [7], domain: .positive) { $0[0].logarithm },
        Function("hyperbolic tangent", [7]) { $0[0].hyperbolicTangent },
        Function("logistic", [7]) { $0[0].logistic },
        Function("leaky ReLU", [7]) { $0[0].leakyReLU(slope: 0.2) },
        Function("ReLU", [9]) { $0[0].relu },
        Function("at least", [9]) { $0[0].atLeast(-0.1) },
        Function("reshaped", [2, 3, 4]) { $0[0].reshaped(to: [4, 6]) * $0[0].reshaped(to: [24]).sum },
        Function("one factor detached", [6]) { $0[0] * ($0[0].sign * 2).detached },
    ]

    private static let sums: [Function] =
        [
            [], [0], [1], [3], [0, 1], [1, 2], [0, 1, 2], [0, 2], [0, 3], [3, 1], [0, 1, 3], [3, 0, 2, 1],
        ].flatMap {
            axes in
            [
                Function("sum over \(axes)", [2, 3, 4, 2]) { $0[0].sum(over: axes) },
                Function("mean over \(axes)", [2, 3, 4, 2]) { $0[0].mean(over: axes) },
            ]
        }

    private static let totals: [Function] = [
        Function("sum of all", [2, 3]) { $0[0].sum },
        Function("mean of all", [2, 3]) { $0[0].mean },
        Function("sum over axes of size one", [1, 3, 1]) { $0[0].sum(over: [0, 2]) },
    ]

    private static let matrices: [Function] = [(false, false), (true, false), (false, true), (true, true)].map
    {
        left, right in
        Function(
            "matrix product, transposing left \(left), right \(right)", left ? [3, 2] : [2, 3],
            right ? [4, 3] : [3, 4]
        ) { matrixProduct($0[0], $0[1], transposingLeft: left, transposingRight: right) }
    }

    private static let convolutions: [Function] =
        (1...5).flatMap { window in
            (1...3).flatMap { stride in
                Set([0, window / 2, max(0, window - 2)]).sorted().map {
                    convolution(window, window, stride, padding: $0)
                }
            }
        }

    private static let oddConvolutions: [Function] = [
        convolution(2, 3, 1, padding: 1), convolution(3, 1, 2, padding: 0),
        convolution(7, 8, 1, padding: 1, [1, 6, 7, 2]),
    ]

    private static let rectifications: [(window: Int, stride: Int, padding: Int, slope: Float)] = [
        (3, 1, 1, 0.25), (4, 2, 1, 0), (1, 1, 0, 0.01),
    ]

    private static let rectifiedConvolutions: [Function] =
        rectifications.map { window, stride, padding, slope in
            Function(
                "convolution \(window) stride \(stride) padding \(padding), bias, slope \(slope)",
                [
                    .init([2, 5, 6, 2]), .init([4, 2, window, window]), .init([4], .alternating),
                ]
            ) { _, inputs in
                [
                    inputs[0].convolved(
                        with: inputs[1] * 0.0625, bias: inputs[2], stride: stride, padding: padding,
                        slope: slope)
                ]
            }
        }

    private static let transposedConvolutions: [Function] =
        (1...5).flatMap { window in
            (1...3).flatMap { stride in
                (0..<stride).map { extra in
                    transposedConvolution(window, stride, padding: min(1, (window - 1) / 2), extra)
                }
            }
        } + [transposedConvolution(6, 2, padding: 2, 0)]

    private static func convolution(
        _ rows: Int, _ columns: Int, _ stride: Int, padding: Int, _ map: TensorShape = [2, 5, 6, 2]
    ) -> Function {
        Function(
            "convolution \(rows)x\(columns) stride \(stride) padding \(padding)", map,
            [3, map[3], rows, columns], [3]
        ) { $0[0].convolved(with: $0[1], bias: $0[2], stride: stride, padding: padding) }
    }

    private static func transposedConvolution(
        _ window: Int, _ stride: Int, padding: Int, _ extra: Int
    ) -> Function {
        Function(
            "transposed convolution \(window) stride \(stride) padding \(padding) output padding \(extra)",
            [2, 3, 4, 3], [3, 2, window, window], [2]
        ) {
            $0[0].transposedConvolved(
                with: $0[1], bias: $0[2], stride: stride, padding: padding, outputPadding: extra)
        }
    }

    private static let poolings: [Function] =
        [(2, 2), (3, 2), (3, 1), (2, 3)].map { window, stride in
            Function("average pooling \(window) stride \(stride)", [2, 5, 6, 2]) {
                $0[0].averagePooled(window: window, stride: stride)
            }
        }

    private static let enlargements: [Function] =
        [1, 2, 3].map { factor in
            Function("enlarged by \(factor)", [2, 2, 3, 2]) { $0[0].enlarged(by: factor) }
        }

    private static let maxima: [Function] =
        [(2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 1)].map { window, stride, padding in
            Function(
                "maximum pooling \(window) stride \(stride) padding \(padding)", [2, 5, 6, 2],
                domain: .distinct
            ) { $0[0].maximumPooled(window: window, stride: stride, padding: padding) }
        }

    private static let resamplings: [Function] =
        [(7, 9), (3, 2), (4, 8), (8, 3), (1, 1)].flatMap { height, width in
            [false, true].map { aligned in
                Function("resampled to \(height) x \(width), aligned \(aligned)", [2, 4, 5, 2]) {
                    $0[0].resampled(height: height, width: width, alignsCorners: aligned)
                }
            }
        }

    private static let blurs: [Function] =
        [(1, [2, 3, 4, 2]), (3, [2, 5, 4, 2]), (5, [1, 7, 6, 3]), (7, [1, 2, 3, 1])].map { window, sizes in
            Function("blurred by \(window) on \(sizes)", TensorShape(sizes)) {
                $0[0].blurred(window: window, sigma: 1.5)
            }
        }

    private static let standardizations: [Function] =
        [[0, 1, 2], [1, 2], [3], [0, 2]].map { axes in
            Function("standardized over \(axes)", [2, 3, 2, 4]) {
                $0[0].standardized(over: axes, epsilon: 0.01)
            }
        }

    private static let normalizations: [Function] = [
        Function("batch normalization", [3, 2, 3, 2], [2], [2]) {
            $0[0].batchNormalized(scale: $0[1], offset: $0[2])
        },
        Function(
            "batch normalization with given statistics",
            [.init([2, 2, 3, 3]), .init([3]), .init([3]), .init([3]), .init([3], .positive)]
        ) { _, inputs in
            [
                inputs[0].batchNormalized(
                    scale: inputs[1], offset: inputs[2], mean: inputs[3], variance: inputs[4])
            ]
        },
        Function("instance normalization", [2, 3, 3, 2], [2], [2]) {
            $0[0].instanceNormalized(scale: $0[1], offset: $0[2])
        },
    ]

    /// A small step: the constants make bends of the size of 0.01 and 0.03.
    private static let similarities: [Function] = [
        Function(
            "structural similarity", [1, 6, 5, 2], [1, 6, 5, 2], domain: .positive, step: 0x1p-6
        ) { $0[0].structuralSimilarity(to: $0[1], window: 5, sigma: 1.5) },
        Function(
            "structural similarity of range 2", [2, 4, 5, 1], [2, 4, 5, 1], domain: .positive, step: 0x1p-6
        ) { $0[0].structuralSimilarity(to: $0[1], window: 3, sigma: 1, range: 2) },
    ]
}
