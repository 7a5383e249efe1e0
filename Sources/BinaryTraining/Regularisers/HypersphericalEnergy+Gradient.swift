package import BinaryNN
package import BitCore
internal import DenseMath

extension HypersphericalEnergy {
    /// The energy of rows and its gradient, without `weight`.
    package struct Result: Sendable {
        package var energy: Double
        /// [N × d].
        package var gradient: Tensor
    }

    /// Of reals, in the plain and the compressive forms.
    /// - Parameter projections: [p × d] each; none for the rows themselves. They count as constants.
    package func evaluate(_ rows: Tensor, projections: [Tensor], _ context: ExecutionContext) -> Result {
        let (count, depth) = (rows.shape[0], rows.shape.count / rows.shape[0])
        var gradient = Tensor(zeros: [count, depth])
        guard !projections.isEmpty else {
            let directions = Directions(rows)
            let (value, slopes) = energy(directions.cosines(context.engine, context.parallel))
            return Result(energy: value, gradient: directions.gradient(slopes, context.engine, context.parallel))
        }
        var sum = 0.0
        for projection in projections {
            let directions = Directions(context.engine.multiply(rows, projection, transposeB: true, parallel: context.parallel))
            let (value, slopes) = energy(directions.cosines(context.engine, context.parallel))
            sum += value
            let projected = directions.gradient(slopes, context.engine, context.parallel)
            context.engine.multiply(projected, projection, into: &gradient, accumulate: true, parallel: context.parallel)
        }
        let share = 1 / Float(projections.count)
        gradient.withUnsafeMutableElements { context.kernels.scale($0, by: share, parallel: context.parallel) }
        return Result(energy: sum / Double(projections.count), gradient: gradient)
    }

    /// Of rows of ±1: ∂/∂bᵢ = Σⱼ (∂/∂cᵢⱼ)·bⱼ/d, as if a sign were a real.
    package func evaluate(signs rows: Tensor, _ context: ExecutionContext) -> Result {
        let depth = rows.shape[1]
        // Sums are whole numbers: exact in any order.
        var cosines = context.engine.multiply(rows, rows, transposeB: true, parallel: context.parallel)
        cosines.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / Float(depth), parallel: context.parallel) }
        let (value, slopes) = energy(cosines)
        var gradient = context.engine.multiply(slopes, rows, parallel: context.parallel)
        gradient.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / Float(depth), parallel: context.parallel) }
        return Result(energy: value, gradient: gradient)
    }

    /// The matrices that rows are projected by; none where rows are not, or where that would not make them shorter.
    package func projections(for rows: Tensor, _ generator: SeededGenerator, _ context: ExecutionContext) -> [Tensor] {
        let depth = rows.shape.count / rows.shape[0]
        guard form != .plain, form != .hamming, dimensions < depth else { return [] }
        func random(_ index: Int) -> Tensor {
            var stream = generator.split(UInt64(index))
            return Tensor((0..<dimensions * depth).map { _ in stream.normal() }, shape: [dimensions, depth])
        }
        if form == .random { return (0..<projections).map(random) }
        var projection = random(0)
        let wanted = form == .angle ? Directions(rows).cosines(context.engine, context.parallel) : nil
        for _ in 0..<steps {
            let directions = Directions(context.engine.multiply(rows, projection, transposeB: true, parallel: context.parallel))
            var slopes = directions.cosines(context.engine, context.parallel)
            if let wanted {
                // ‖cos(PW) − cos(W)‖², up to a factor, which the length of the move takes away.
                slopes.withUnsafeMutableElements { slopes in
                    wanted.withUnsafeElements { wanted in for i in 0..<slopes.count { slopes[i] -= wanted[i] } }
                }
            } else {
                slopes = energy(slopes).slopes
            }
            let projected = directions.gradient(slopes, context.engine, context.parallel)
            projection.move(along: context.engine.multiply(projected, rows, transposeA: true, parallel: context.parallel), by: form == .angle ? -rate : rate)
        }
        return [projection]
    }

    /// Adds `weight` times the gradient of every kernel with a sign behind it, or of signs, to the gradients.
    /// - Parameter generator: the run's; each kernel has its own stream.
    func add(to gradients: inout Gradients, _ parameters: ParameterStore, _ generator: SeededGenerator, _ context: ExecutionContext) {
        for id in parameters.ids {
            let spec = parameters.spec(id)
            guard spec.role == .kernel, spec.encoding != .real, spec.shape[0] > 1 else { continue }
            let shape = Shape([spec.shape[0], spec.count / spec.shape[0]])
            let result: Result
            if form == .hamming || spec.encoding == .binary {
                // Kernels without latent weights have nothing but signs.
                let signs = context.kernels.unpackSigns(
                    parameters.signs(id, kernels: context.kernels, parallel: context.parallel), parallel: context.parallel)
                result = evaluate(signs: signs.withUnsafeElements { Tensor($0, shape: shape) }, context)
            } else {
                let rows = Tensor(parameters.reals(id), shape: shape)
                result = evaluate(rows, projections: projections(for: rows, generator.split(spec.name), context), context)
            }
            let masks = form == .hamming && spec.encoding == .latentBinary
            let scale = Float(weight)
            gradients.withMutable(id) { target in
                result.gradient.withUnsafeElements { g in
                    if masks {
                        parameters.withReals(id) { w in for i in 0..<g.count where abs(w[i]) <= 1 { target[i] += scale * g[i] } }
                    } else {
                        for i in 0..<g.count { target[i] += scale * g[i] }
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// A step along a direction, `share` of the own length long.
    fileprivate mutating func move(along direction: Tensor, by share: Double) {
        func squares(_ tensor: Tensor) -> Double { tensor.withUnsafeElements { $0.reduce(0) { $0 + Double($1) * Double($1) } } }
        let (own, other) = (squares(self), squares(direction))
        guard other > 0, other.isFinite else { return }
        let factor = Float(share * (own / other).squareRoot())
        withUnsafeMutableElements { x in direction.withUnsafeElements { d in for i in 0..<x.count { x[i] += factor * d[i] } } }
    }
}
