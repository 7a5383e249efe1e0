internal import BitCore
internal import DenseMath

extension DenseEngineConformance {
    static func checkIntegers(_ engine: any DenseEngine, _ log: inout ViolationLog) {
        var generator = SeededGenerator(seed: 1)
        for (index, size) in sizes.enumerated() {
            // Magnitudes to 7 in general, ±1 alone in every third size, as binary networks have them.
            let matrices = DenseCase(size, using: &generator) {
                index % 3 == 0 ? ($0.next() & 1 == 0 ? -1 : 1) : Float($0.index(below: 15) - 7)
            }
            let oracle = matrices.oracle()
            for variant in matrices.variants(precisions: MatrixPrecision.allCases) {
                let threads = Parallel(threads: 1 + index % 3)
                let result = matrices.run(variant, on: engine, parallel: threads, &log)
                for (i, value) in result.enumerated() {
                    let expected = Float(oracle[i]) + (variant.accumulate ? matrices.initial[i] : 0)
                    if value != expected { log.add("\(variant), element \(i): \(value), not \(expected)") }
                }
            }
        }
    }

    /// |error| <= (depth + 2)·2^-24·Σ|a·b|, doubled: the bound of a sum of rounded products in any order, for 2^-24 the unit roundoff of
    /// float32 (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1).
    static func checkReals(_ engine: any DenseEngine, _ log: inout ViolationLog) {
        var generator = SeededGenerator(seed: 2)
        for size in sizes {
            let matrices = DenseCase(size, using: &generator) { $0.normal() }
            for precision in MatrixPrecision.allCases {
                let (oracle, magnitude) = (matrices.oracle(precision), matrices.oracle(precision, magnitudes: true))
                for variant in matrices.variants(precisions: [precision]) {
                    let result = matrices.run(variant, on: engine, parallel: Parallel(threads: 2), &log)
                    for (i, value) in result.enumerated() {
                        let start = variant.accumulate ? Double(matrices.initial[i]) : 0
                        let bound = 2 * Double(size.2 + 2) * 0x1p-24 * (magnitude[i] + abs(start))
                        let error = abs(Double(value) - (oracle[i] + start))
                        if !(error <= bound) { log.add("\(variant), element \(i): off by \(error), more than \(bound)") }
                    }
                }
            }
        }
    }

    static func checkRounding(_ engine: any DenseEngine, _ log: inout ViolationLog) {
        let ulp: Float = 0x1p-7
        // (operand, its bfloat16): exact, below and above half, ties to even both ways, a carry into the exponent.
        let values: [(Float, Float)] = [
            (0, 0), (-0.0, 0), (1, 1), (1 + ulp, 1 + ulp), (1 + 0.49 * ulp, 1), (1 + 0.51 * ulp, 1 + ulp), (1 + 0.5 * ulp, 1),
            (1 + 1.5 * ulp, 1 + 2 * ulp), (1 + 2.5 * ulp, 1 + 2 * ulp), ((0.5 as Float * ulp + 1).nextUp, 1 + ulp),
            ((1 + 1.5 * ulp).nextDown, 1 + ulp), (2 - 0.25 * ulp, 2), (257, 256), (259, 260), (0x1p-100 * 1.01, 0x1.02p-100),
            (3e38, 0x1.c4p127),
        ]
        var product = MatrixProduct(rows: 2 * values.count, columns: 1, depth: 1, precision: .bfloat16)
        let signed = values + values.map { (-$0.0, -$0.1) }
        var a = signed.map(\.0)
        var result = [Float](repeating: 99, count: signed.count)
        engine.multiply(product, a, [1], &result, parallel: .serial)
        for (pair, value) in zip(signed, result) where value != pair.1 { log.add("left operand \(pair.0) became \(value), not \(pair.1)") }

        (product.rows, product.columns) = (1, signed.count)
        engine.multiply(product, [1], a, &result, parallel: .serial)
        for (pair, value) in zip(signed, result) where value != pair.1 { log.add("right operand \(pair.0) became \(value), not \(pair.1)") }

        // Sums are not rounded to bfloat16, and neither is what is accumulated to.
        product = MatrixProduct(rows: 1, columns: 1, depth: 3, accumulate: true, precision: .bfloat16)
        a = [256, 1, 0.25]
        result = [1025]
        engine.multiply(product, a, [1, 1, 1], &result, parallel: .serial)
        if result != [1282.25] { log.add("1025 + 256 + 1 + 0.25 became \(result[0]) in bfloat16") }
    }

    static func checkRepeats(_ engine: any DenseEngine, threads: [Int], _ log: inout ViolationLog) {
        var generator = SeededGenerator(seed: 3)
        for size in sizes + [(128, 300, 70), (300, 128, 70)] {
            let matrices = DenseCase(size, using: &generator) { $0.normal() }
            for variant in matrices.variants(precisions: MatrixPrecision.allCases) {
                let results = threads.map {
                    matrices.run(variant, on: engine, parallel: Parallel(threads: $0), &log).map { $0.bitPattern }
                }
                for (count, result) in zip(threads, results) where result != results[0] {
                    log.add("\(variant): not the same bits with \(count) threads as at first with \(threads[0])")
                }
            }
        }
    }

    static func checkSpecialValues(_ engine: any DenseEngine, _ log: inout ViolationLog) {
        var generator = SeededGenerator(seed: 4)
        for size in [(5, 7, 3), (9, 17, 33), (30, 70, 50)] {
            for special in [Float.nan, .infinity] {
                var matrices = DenseCase(size, using: &generator) { Float($0.index(below: 9) + 1) }
                let clean = matrices.oracle()
                matrices.a[2 * size.2 + 1] = special
                for variant in matrices.variants(precisions: MatrixPrecision.allCases) {
                    let result = matrices.run(variant, on: engine, parallel: Parallel(threads: 2), &log)
                    for (i, value) in result.enumerated() {
                        let inRow = i / size.1 == 2
                        let expected = inRow ? special : Float(clean[i]) + (variant.accumulate ? matrices.initial[i] : 0)
                        if value != expected && !(value.isNaN && expected.isNaN) {
                            log.add("\(variant) with \(special) in row 2, element \(i): \(value), not \(expected)")
                        }
                    }
                }
            }
        }
    }
}
