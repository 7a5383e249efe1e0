internal import BitCore

/// Operands of one case, made once, and a call of its kernel.
struct KernelWorkload {
    let run: () -> Void

    init(_ item: KernelBenchmarkPlan.Case, _ kernels: Kernels, _ parallel: Parallel) {
        let (rows, columns, depth) = (item.rows, item.columns, item.depth)
        var generator = SeededGenerator(seed: UInt64(rows + columns + depth))

        func signs(_ rows: Int, _ columns: Int) -> PackedTensor { kernels.packSigns(floats(rows, columns)) }
        func floats(_ rows: Int, _ columns: Int) -> Tensor {
            Tensor((0..<rows * columns).map { _ in generator.uniform() - 0.5 }, shape: [rows, columns])
        }

        switch item.kernel {
        case .xnorI32:
            let (a, b, out) = (signs(rows, depth), BinaryPanels(signs(columns, depth)), Output<Int32>(rows * columns))
            run = { kernels.product(a, b, into: out.pointer, parallel: parallel) }
        case .xnorF32:
            let (a, b, out) = (signs(rows, depth), BinaryPanels(signs(columns, depth)), Output<Float>(rows * columns))
            run = { kernels.product(a, b, into: out.pointer, parallel: parallel) }
        case .xnorBits:
            let (a, b) = (signs(rows, depth), BinaryPanels(signs(columns, depth)))
            let (out, thresholds) = (Output<UInt64>(rows * PackedTensor.words(for: columns)), [Int32](repeating: 0, count: columns))
            run = { kernels.product(a, b, thresholds: thresholds, into: out.pointer, parallel: parallel) }
        case .byteProduct:
            let x = (0..<rows * depth).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let (w, out) = (BytePanels(signs(columns, depth)), Output<Int32>(rows * columns))
            run = { x.withUnsafeBufferPointer { kernels.product(bytes: $0, rows: rows, w, into: out.pointer, parallel: parallel) } }
        case .packSigns:
            let x = floats(rows, columns)
            run = { _ = kernels.packSigns(x, parallel: parallel) }
        case .packWithin:
            let x = floats(rows, columns)
            run = { _ = kernels.packWithin(x, limit: 0.25, parallel: parallel) }
        case .unpackSigns:
            let bits = signs(rows, columns)
            run = { _ = kernels.unpackSigns(bits, parallel: parallel) }
        case .threshold:
            let z = (0..<rows * columns).map { _ in Int32(truncatingIfNeeded: generator.next()) }
            let thresholds = [Int32](repeating: 0, count: columns)
            run = { _ = z.withUnsafeBufferPointer { kernels.threshold($0, rows: rows, thresholds: thresholds, parallel: parallel) } }
        }
    }

    /// Memory for results that stays, so that calls do not pay for fresh pages.
    private final class Output<Element: BitwiseCopyable> {
        let buffer: AlignedBuffer<Element>
        var pointer: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count) }
        init(_ count: Int) { buffer = AlignedBuffer(count: count) }
    }
}
