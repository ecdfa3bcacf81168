/// x -> x if x >= 0, else slope · x, in place (leaky ReLU; slope 0 is ReLU). NaN stays NaN, so that an
/// overflow shows in the result instead of passing for a dark image.
public func applyLeakyReLU(_ values: UnsafeMutablePointer<Float>, count: Int, slope: Float) {
    let head = count & ~7
    for start in stride(from: 0, to: head, by: 8) {
        let x = loadEight(values + start)
        storeEight(x.replacing(with: x * slope, where: x .< 0), values + start)
    }
    for index in head..<count {
        let x = values[index]
        values[index] = x < 0 ? x * slope : x
    }
}

/// Adds one bias per channel to `pixels` pixels in place, then rectifies (ReLU) if asked: the end of a
/// convolution.
func addBias(
    _ bias: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>, pixels: Int, channels: Int,
    rectified: Bool
) {
    let head = channels & ~7
    for pixel in 0..<pixels {
        let row = values + pixel * channels
        for start in stride(from: 0, to: head, by: 8) {
            let sum = loadEight(row + start) + loadEight(bias + start)
            storeEight(rectified ? sum.replacing(with: 0, where: sum .< 0) : sum, row + start)
        }
        for channel in head..<channels {
            let sum = row[channel] + bias[channel]
            row[channel] = rectified && sum < 0 ? 0 : sum
        }
    }
}

/// target += addend, element by element: the joint of a residual block.
public func addElements(_ addend: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count {
        target[index] += addend[index]
    }
}

/// Sum of |left - right| · scale and of |left - mean| · scale over a map, both normalized per channel.
///
/// With scale = 1 / standard deviation these are the two L1 sums of the relative perceptual distance
/// (Shvetsova et al. 2021, section III): the mean cancels in the first one. The order of summation is fixed:
/// channels in eight lanes, pixels in double precision.
public func normalizedDistances(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, pixels: Int, channels: Int
) -> (difference: Double, magnitude: Double) {
    var difference = 0.0
    var magnitude = 0.0
    let head = channels & ~7
    for pixel in 0..<pixels {
        let (x, y) = (left + pixel * channels, right + pixel * channels)
        var differences = SIMD8<Float>.zero
        var magnitudes = SIMD8<Float>.zero
        for start in stride(from: 0, to: head, by: 8) {
            let (a, s) = (loadEight(x + start), loadEight(scale + start))
            differences += absolute(a - loadEight(y + start)) * s
            magnitudes += absolute(a - loadEight(mean + start)) * s
        }
        var (differenceSum, magnitudeSum) = (differences.sum(), magnitudes.sum())
        for channel in head..<channels {
            differenceSum += abs(x[channel] - y[channel]) * scale[channel]
            magnitudeSum += abs(x[channel] - mean[channel]) * scale[channel]
        }
        difference += Double(differenceSum)
        magnitude += Double(magnitudeSum)
    }
    return (difference, magnitude)
}

@inline(__always)
func loadEight(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
func storeEight(_ value: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
}

/// |value| per lane, by clearing the sign bits.
@inline(__always)
private func absolute(_ value: SIMD8<Float>) -> SIMD8<Float> {
    let bits = unsafeBitCast(value, to: SIMD8<UInt32>.self) & SIMD8<UInt32>(repeating: 0x7FFF_FFFF)
    return unsafeBitCast(bits, to: SIMD8<Float>.self)
}
