/// A polynomial of at most 128 spins: products as sets of bits, ascending, each with its coefficient. As s² = 1, the product of two
/// products is their symmetric difference.
struct SparsePolynomial {
    var products: [UInt128] = []
    var coefficients: [Double] = []

    static let variableLimit = 128

    static func constant(_ value: Double) -> SparsePolynomial { SparsePolynomial(products: [0], coefficients: [value]) }

    init(products: [UInt128] = [], coefficients: [Double] = []) { (self.products, self.coefficients) = (products, coefficients) }

    /// Sorted, so that what is computed from it does not depend on the order of a dictionary.
    init(_ terms: [UInt128: Double]) {
        let sorted = terms.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        products = sorted.map(\.key)
        coefficients = sorted.map(\.value)
    }

    var terms: Int { products.count }

    static func * (a: SparsePolynomial, b: SparsePolynomial) -> SparsePolynomial {
        if a.terms == 1, a.products[0] == 0, a.coefficients[0] == 1 { return b }
        var sum: [UInt128: Double] = [:]
        sum.reserveCapacity(a.terms * b.terms)
        for i in 0..<a.terms {
            for j in 0..<b.terms { sum[a.products[i] ^ b.products[j], default: 0] += a.coefficients[i] * b.coefficients[j] }
        }
        return SparsePolynomial(sum)
    }

    /// Adds factor · product · self to a sum of terms.
    func add(to sum: inout [UInt128: Double], times factor: Double, _ product: UInt128) {
        for place in 0..<terms { sum[products[place] ^ product, default: 0] += factor * coefficients[place] }
    }
}
