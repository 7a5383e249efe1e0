internal import CKernels

/// A neuron on all samples: its sums, and what a flip has to know of them. Rows are samples, a word of a plane holds 64 of them.
public struct NeuronPlanes {
    /// z, a row each: Int16, or Int32 where the network is wide; 64 × words of them.
    public var sums: UnsafeMutableRawPointer
    /// Bit 1 where z ≥ 0.
    public var signs: UnsafeMutablePointer<UInt64>
    /// Bit 1 where −2 ≤ z ≤ 1: what a change by 2 can turn round.
    public var near: UnsafeMutablePointer<UInt64>

    public init(sums: UnsafeMutableRawPointer, signs: UnsafeMutablePointer<UInt64>, near: UnsafeMutablePointer<UInt64>) {
        (self.sums, self.signs, self.near) = (sums, signs, near)
    }
}

/// Why the sums of a neuron change by 2: a unit of signs `source` changes its contribution in `rows`, either because it turns round there, or because
/// the weight does, and then in all rows. z rises where source ^ weight is 1 and falls where it is 0.
public struct SumChange {
    public var rows: UnsafePointer<UInt64>
    public var source: UnsafePointer<UInt64>
    /// The weight before: all ones for +1, 0 for −1.
    public var weight: UInt64

    public init(rows: UnsafePointer<UInt64>, source: UnsafePointer<UInt64>, weight: UInt64) {
        (self.rows, self.source, self.weight) = (rows, source, weight)
    }
}

/// Scores of classes for a hinge loss: y[row × stride + k] = margin − (z_label − z_k), Int16 or Int32.
public struct ClassScores {
    public var values: UnsafeMutableRawPointer
    /// Classes, rounded up to a multiple of 16; what is beyond the classes is far below 0.
    public var stride: Int
    public var labels: UnsafePointer<UInt16>
    public var multiplicities: UnsafePointer<Int32>

    public init(values: UnsafeMutableRawPointer, stride: Int, labels: UnsafePointer<UInt16>, multiplicities: UnsafePointer<Int32>) {
        (self.values, self.stride, self.labels, self.multiplicities) = (values, stride, labels, multiplicities)
    }

    var table: sf_class_scores { sf_class_scores(y: values, stride: stride, labels: labels, multiplicities: multiplicities) }
}

/// Why scores of classes change: by f·step[k], with f = −1 where `source` is 1 and +1 elsewhere, or f = −column[row].
public struct ScoreChange {
    public var rows: UnsafePointer<UInt64>
    public var source: UnsafePointer<UInt64>?
    public var column: UnsafePointer<Int8>?
    /// −2…2, as many as the stride, 0 beyond the classes.
    public var step: UnsafePointer<Int16>

    public init(rows: UnsafePointer<UInt64>, source: UnsafePointer<UInt64>?, column: UnsafePointer<Int8>?, step: UnsafePointer<Int16>) {
        (self.rows, self.source, self.column, self.step) = (rows, source, column, step)
    }
}

// Flips of weights on all samples at once. Operands are pointers, because callers do millions of these a second on memory that they own; `words`
// words a plane everywhere. Rows beyond the last are 0 in `rows` and in all planes.
extension Kernels {
    /// Writes the rows in which a neuron turns round, and returns their number.
    public func turns(of neuron: NeuronPlanes, by change: SumChange, words: Int, into changed: UnsafeMutablePointer<UInt64>) -> Int {
        weightFlips.step(change.rows, change.source, change.weight, neuron.signs, neuron.near, words, changed)
    }

    /// The change of wrong outputs where an output turns round in the rows `changed`. Bit k of a row's imbalance |wanted +1 − wanted −1| is in plane k
    /// of `sizes`; `wanted` says which of them is wanted more.
    public func errorChange(
        of signs: UnsafePointer<UInt64>, turning changed: UnsafePointer<UInt64>, wanted: UnsafePointer<UInt64>, sizes: UnsafePointer<UInt64>, planes: Int,
        words: Int
    ) -> Int {
        Int(weightFlips.loss(changed, signs, wanted, sizes, planes, words))
    }

    /// The same for the rows in which a change turns an output round.
    public func errorChange(
        of neuron: NeuronPlanes, by change: SumChange, wanted: UnsafePointer<UInt64>, sizes: UnsafePointer<UInt64>, planes: Int, words: Int
    ) -> Int {
        Int(weightFlips.step_loss(change.rows, change.source, change.weight, neuron.signs, neuron.near, wanted, sizes, planes, words))
    }

    /// The change of the sum of margins, where sums have the parity of the fan-in. Bit k of a row's multiplicity is in plane k.
    public func marginChange(
        of neuron: NeuronPlanes, by change: SumChange, multiplicities: UnsafePointer<UInt64>, planes: Int, words: Int
    ) -> Int {
        Int(weightFlips.step_margin(change.rows, change.source, change.weight, neuron.signs, neuron.near, multiplicities, planes, words))
    }

    /// Changes the sums by `amount` instead of 2, and the planes after them.
    public func advance(_ neuron: NeuronPlanes, by change: SumChange, amount: Int, words: Int, isWide: Bool) {
        (isWide ? weightFlips.advance32 : weightFlips.advance16)!(
            neuron.sums, change.rows, change.source, change.weight, Int32(truncatingIfNeeded: amount), neuron.signs, neuron.near, words)
    }

    /// z += factor·column in all rows, and the planes after it. The column has 64 × words values, 0 beyond the last row.
    public func advance(_ neuron: NeuronPlanes, by column: UnsafePointer<Int8>, factor: Int, words: Int, isWide: Bool) {
        (isWide ? weightFlips.column32 : weightFlips.column16)!(
            neuron.sums, column, Int32(truncatingIfNeeded: factor), neuron.signs, neuron.near, words)
    }

    /// Margins M = (z ≥ 0 ? z : −z − 1) >> shift: Σ multiplicity·M over the rows, and the least M.
    public func margins(
        _ sums: UnsafeRawPointer, rows: Int, shift: Int, multiplicities: UnsafePointer<Int32>, isWide: Bool
    ) -> (sum: Int, least: Int) {
        var sum: Int64 = 0
        let least = (isWide ? weightFlips.margins32 : weightFlips.margins16)!(sums, rows, Int32(shift), multiplicities, &sum)
        return (Int(sum), Int(least))
    }

    /// The change of Σ multiplicity·max(0, y) over the rows of a change and all classes.
    public func hingeChange(_ scores: ClassScores, by change: ScoreChange, words: Int, isWide: Bool) -> Int {
        var table = scores.table
        return Int((isWide ? weightFlips.hinge32 : weightFlips.hinge16)!(&table, change.rows, change.source, change.column, change.step, words))
    }

    /// Makes a change of scores.
    public func advance(_ scores: ClassScores, by change: ScoreChange, words: Int, isWide: Bool) {
        var table = scores.table
        (isWide ? weightFlips.scores32 : weightFlips.scores16)!(&table, change.rows, change.source, change.column, change.step, words)
    }

    /// For each row of a change, ascending: its number and what `hingeChange` counts for it, which has to fit 16 bits. Both lists have room for
    /// all rows; returns how many there are.
    public func hingeRows(
        _ scores: ClassScores, by change: ScoreChange, words: Int, isWide: Bool, numbers: UnsafeMutablePointer<UInt32>,
        changes: UnsafeMutablePointer<Int16>
    ) -> Int {
        var table = scores.table
        return (isWide ? weightFlips.hinge_rows32 : weightFlips.hinge_rows16)!(
            &table, change.rows, change.source, change.step, words, numbers, changes)
    }

    /// sums[j] += Σ values[i] over those i whose row numbers[i] has bit j: 64 × words columns, rows of `words` words.
    public func columnSums(
        _ bits: UnsafePointer<UInt64>, words: Int, numbers: UnsafePointer<UInt32>, values: UnsafePointer<Int16>, count: Int,
        into sums: UnsafeMutablePointer<Int32>
    ) {
        weightFlips.column_sums(bits, words, numbers, values, count, sums)
    }
}
