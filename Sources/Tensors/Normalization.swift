extension Value {
    /// (x - mean) / sqrt(variance + epsilon), with the population mean and variance over `axes`.
    public func standardized(over axes: [Int], epsilon: Float) -> Value {
        let centered = self - mean(over: axes)
        return centered / (centered.squared.mean(over: axes) + epsilon).squareRoot
    }

    /// Batch normalization with the statistics of this batch (Ioffe and Szegedy 2015), per channel of a
    /// [n, h, w, c] map; `scale` and `offset` have c elements.
    public func batchNormalized(scale: Value, offset: Value, epsilon: Float = 1e-5) -> Value {
        standardized(over: [0, 1, 2], epsilon: epsilon) * scale + offset
    }

    /// Batch normalization with given statistics of c elements, as at inference.
    public func batchNormalized(
        scale: Value, offset: Value, mean: Value, variance: Value, epsilon: Float = 1e-5
    ) -> Value {
        (self - mean) * (scale / (variance + epsilon).squareRoot) + offset
    }

    /// Instance normalization (Ulyanov et al. 2016): every channel of every image by its own statistics.
    public func instanceNormalized(scale: Value, offset: Value, epsilon: Float = 1e-5) -> Value {
        standardized(over: [1, 2], epsilon: epsilon) * scale + offset
    }

    /// Structural similarity with another map (Wang et al. 2004), per pixel and channel, with a Gaussian
    /// window and zeros outside the maps.
    ///
    /// - Parameter range: the constants are (0.01 · range)² and (0.03 · range)².
    public func structuralSimilarity(
        to other: Value, window: Int, sigma: Double, range: Float = 1
    ) -> Value {
        let blur = { (value: Value) in value.blurred(window: window, sigma: sigma) }
        let (c1, c2) = ((0.01 * range) * (0.01 * range), (0.03 * range) * (0.03 * range))
        let (meanX, meanY) = (blur(self), blur(other))
        let product = meanX * meanY
        let squares = meanX.squared + meanY.squared
        let variances = blur(squared) + blur(other.squared) - squares
        let covariance = blur(self * other) - product
        let similarity = (product * 2 + c1) * (covariance * 2 + c2)
        return similarity / ((squares + c1) * (variances + c2))
    }
}
