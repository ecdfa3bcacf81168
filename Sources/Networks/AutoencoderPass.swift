import Kernels

/// Memory for running one autoencoder on one image at a time: a worker owns one and reuses it for every crop.
///
/// Maps are NHWC with batch 1. Four buffers of the largest map suffice: a block reads its input from one of
/// them and works in the other three.
struct AutoencoderPass: ~Copyable {
    let autoencoder: Autoencoder
    let latent: FloatStorage
    let reconstruction: FloatStorage
    private var current: FloatStorage
    private var result: FloatStorage
    private let work: FloatStorage
    private let side: FloatStorage
    private let scratch: ConvolutionScratch

    init(_ autoencoder: Autoencoder) {
        self.autoencoder = autoencoder
        var plan = PassPlan()
        plan.include(autoencoder.encoder, from: autoencoder.imageShape)
        plan.include(autoencoder.decoder, from: autoencoder.latentShape)
        latent = FloatStorage(count: autoencoder.latentShape.count)
        reconstruction = FloatStorage(count: autoencoder.imageShape.count)
        current = FloatStorage(count: plan.largestMap)
        result = FloatStorage(count: plan.largestMap)
        work = FloatStorage(count: plan.largestMap)
        side = FloatStorage(count: plan.largestMap)
        scratch = ConvolutionScratch(plan.convolutions)
    }

    /// Encodes and decodes the image (values in [-1, 1]); ``latent`` and ``reconstruction`` hold the results.
    mutating func run(_ image: UnsafePointer<Float>) {
        let code = run(autoencoder.encoder, on: image, shape: autoencoder.imageShape)
        latent.pointer.update(from: current.pointer, count: code.count)
        let output = run(autoencoder.decoder, on: latent.pointer, shape: autoencoder.latentShape)
        reconstruction.pointer.update(from: current.pointer, count: output.count)
    }

    /// Runs `layers`; the output is left in `current`.
    private mutating func run(
        _ layers: [LoadedLayer], on input: UnsafePointer<Float>, shape: MapShape
    ) -> MapShape {
        var shape = shape
        current.pointer.update(from: input, count: shape.count)
        for layer in layers {
            switch layer {
            case .convolution(let kernel, let activated): convolve(kernel, activated: activated, shape: shape)
            case .residual(let block): apply(block, shape: shape)
            }
            swap(&current, &result)
            shape = layer.outputShape(for: shape)
        }
        return shape
    }

    private func convolve(_ kernel: ConvolutionKernel, activated: Bool, shape: MapShape) {
        if activated {
            applyLeakyReLU(current.pointer, count: shape.count, slope: NetworkLayer.slope)
        }
        Kernels.convolve(current.pointer, shape: shape, with: kernel, scratch: scratch, into: result.pointer)
    }

    /// result = skip(resample(x)) + second(LReLU(first(resample(LReLU(x))))), where x is `current`.
    private func apply(_ block: ResidualKernels, shape: MapShape) {
        let (inner, middle) = (block.resampling.shape(shape), block.middleShape(for: shape))
        // The skip path first, because it needs x as it is; the main path then activates x in place.
        let shortcut = block.resampling == .none && block.skip == nil ? result.pointer : side.pointer
        resample(current.pointer, shape, block.resampling, into: shortcut)
        var addend = shortcut
        if let skip = block.skip {
            Kernels.convolve(side.pointer, shape: inner, with: skip, scratch: scratch, into: result.pointer)
            addend = result.pointer
        }
        applyLeakyReLU(current.pointer, count: shape.count, slope: NetworkLayer.slope)
        resample(current.pointer, shape, block.resampling, into: work.pointer)
        let free = addend == side.pointer ? result.pointer : side.pointer
        Kernels.convolve(work.pointer, shape: inner, with: block.first, scratch: scratch, into: free)
        applyLeakyReLU(free, count: middle.count, slope: NetworkLayer.slope)
        Kernels.convolve(free, shape: middle, with: block.second, scratch: scratch, into: work.pointer)
        addElements(work.pointer, to: addend, count: middle.count)
        if addend != result.pointer {
            result.pointer.update(from: addend, count: middle.count)
        }
    }

    private func resample(
        _ input: UnsafePointer<Float>, _ shape: MapShape, _ resampling: Resampling,
        into output: UnsafeMutablePointer<Float>
    ) {
        switch resampling {
        case .none: output.update(from: input, count: shape.count)
        case .halve: averagePool2x2(input, shape: shape, into: output)
        case .double: doubleNearest(input, shape: shape, into: output)
        }
    }
}

/// The largest map and the scratch that a list of layers needs.
private struct PassPlan {
    var largestMap = 0
    var convolutions = ConvolutionScratch.Demand()

    mutating func include(_ layers: [LoadedLayer], from start: MapShape) {
        var shape = start
        for layer in layers {
            switch layer {
            case .convolution(let kernel, _): include(kernel, on: shape)
            case .residual(let block):
                let inner = block.resampling.shape(shape)
                include(block.first, on: inner)
                include(block.second, on: block.middleShape(for: shape))
                if let skip = block.skip { include(skip, on: inner) }
            }
            largestMap = max(largestMap, shape.count)
            shape = layer.outputShape(for: shape)
        }
        largestMap = max(largestMap, shape.count)
    }

    private mutating func include(_ kernel: ConvolutionKernel, on shape: MapShape) {
        convolutions.include(kernel, on: shape)
        largestMap = max(largestMap, shape.count, kernel.outputShape(for: shape).count)
    }
}
