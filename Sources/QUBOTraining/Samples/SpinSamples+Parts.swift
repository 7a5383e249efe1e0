extension SpinSamples {
    /// Some samples, by their place among those given, and some of their inputs, both in the order given here.
    ///
    /// Of samples with the same input only the counts of wanted signs are known. They are dealt out in order, output after output and round again, so
    /// that each keeps exactly one class where the row's samples each have one.
    /// - Precondition: at least one sample; places and inputs that exist.
    public func selecting(_ samples: [Int], inputs kept: [Int]? = nil) -> SpinSamples {
        precondition(!samples.isEmpty, "a part of samples without samples")
        // Place of each sample among those of its row.
        var seen = [Int](repeating: 0, count: rows)
        let places = rowOfSample.map { row in
            seen[row] += 1
            return seen[row] - 1
        }
        // Where the samples begin that output o of a row wants at +1.
        var starts = [Int](repeating: 0, count: positives.count)
        for row in 0..<rows {
            for output in 1..<max(outputs, 1) {
                let before = row * outputs + output - 1
                starts[before + 1] = (starts[before] + positives[before]) % weights[row]
            }
        }
        var values: [Int8] = []
        var targets: [Bool] = []
        for sample in samples {
            let row = rowOfSample[sample]
            if let kept {
                values += kept.map { self.values[row * inputs + $0] }
            } else {
                values += self.row(row)
            }
            for output in 0..<outputs {
                let index = row * outputs + output
                let turn = (places[sample] - starts[index] + weights[row]) % weights[row]
                targets.append(turn < positives[index])
            }
        }
        do {
            return try SpinSamples(inputs: kept?.count ?? inputs, outputs: outputs, values: values, targets: targets)
        } catch { preconditionFailure("a part of samples: \(error)") }
    }
}
