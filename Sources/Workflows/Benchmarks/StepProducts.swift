internal import BinaryNN
internal import BitCore
internal import DenseMath

/// The matrix products that a training step consists of, as a dense engine would do all of them: the roof that steps are compared with.
///
/// A convolution is the product of its patches with its kernel. Products longer than a few thousand rows, or sums, run on a part of them
/// and count for the whole: the engine's rate no longer changes by then, and patches of a whole batch would not fit into memory.
struct StepProducts: Sendable {
    private struct Part: Sendable {
        var product: MatrixProduct
        /// What the whole product takes in terms of this one.
        var share: Double
    }

    private let parts: [Part]
    /// Of the whole step.
    let multiplyAccumulates: Double

    private static let longest = 4096

    init(_ network: Network, batch: Int, precision: MatrixPrecision) {
        var parts: [Part] = []
        var isFirst = true
        func add(_ product: MatrixProduct, times: Int = 1) {
            var part = product
            part.precision = precision
            part.rows = min(part.rows, Self.longest)
            part.depth = min(part.depth, Self.longest)
            parts.append(Part(product: part, share: Double(times * product.multiplyAccumulates) / Double(part.multiplyAccumulates)))
        }
        for node in network.nodes {
            let (rows, outputs, depth, groups): (Int, Int, Int, Int)
            switch node.layer {
            case let dense as Dense: (rows, outputs, depth, groups) = (batch, dense.units, network.signal(node.inputs[0]).shape.count, 1)
            case let convolution as Conv2D:
                guard let geometry = convolution.geometry else { continue }
                groups = geometry.groups
                (rows, outputs, depth) = (batch * geometry.positions.positions, geometry.outputs / groups, geometry.depth)
            default: continue
            }
            add(MatrixProduct(rows: rows, columns: outputs, depth: depth, transposeB: true), times: groups)
            add(MatrixProduct(rows: outputs, columns: depth, depth: rows, transposeA: true), times: groups)
            if !isFirst { add(MatrixProduct(rows: rows, columns: depth, depth: outputs), times: groups) }
            isFirst = false
        }
        self.parts = parts
        multiplyAccumulates = parts.reduce(0) { $0 + $1.share * Double($1.product.multiplyAccumulates) }
    }

    func makeOperands(seed: UInt64) -> Operands {
        Operands(
            parts.map { max($0.product.rows * $0.product.columns, $0.product.rows * $0.product.depth, $0.product.columns * $0.product.depth) }
                .max() ?? 1, seed: seed)
    }

    /// Operands large enough for every part: ±1, as in a step.
    struct Operands: Sendable {
        private let a: Tensor
        private let b: Tensor
        private let size: Int

        fileprivate init(_ count: Int, seed: UInt64) {
            size = count
            var generator = SeededGenerator(seed: seed).split("operands")
            func signs() -> Tensor { Tensor((0..<count).map { _ in generator.next() & 1 == 0 ? -1 : 1 }, shape: [count]) }
            a = signs()
            b = signs()
        }

        /// Seconds for all products of a step.
        func time(_ products: StepProducts, _ context: ExecutionContext, _ control: RunControl) -> Double {
            var c = Tensor(zeros: [size])
            var total = 0.0
            for part in products.parts {
                let start = control.seconds()
                a.withUnsafeElements { a in
                    b.withUnsafeElements { b in
                        c.withUnsafeMutableElements { c in
                            context.engine.multiply(part.product, a.baseAddress!, b.baseAddress!, c.baseAddress!, parallel: context.parallel)
                        }
                    }
                }
                total += part.share * (control.seconds() - start)
            }
            return total
        }
    }
}
