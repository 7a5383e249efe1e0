/// The largest power of two, 1 or less, of which every number is an integer multiple; nil when a sum of them could be rounded. Where there is a
/// unit, sums of the numbers, each taken at most once and with either sign, are exact in Double in any order.
func exactUnit(of lists: [Double]...) -> Double? {
    var exponent = 0
    var sum = 0.0
    for list in lists {
        for value in list where value != 0 {
            // The place of the lowest bit that is set.
            exponent = Swift.min(exponent, Int(value.exponent) - value.significandWidth)
            sum += value.magnitude
        }
    }
    // Below 2^-1022 there is no normal unit, and 2^52 leaves room for the rounding of this very sum.
    guard exponent >= -1022 else { return nil }
    let unit = Double(sign: .plus, exponent: exponent, significand: 1)
    return sum <= unit * 0x1p52 ? unit : nil
}
