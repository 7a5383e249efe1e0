/// Brings a polynomial of bits down to degree 2.
///
/// *Negative terms*, c < 0 and degree d > 2, take one auxiliary each and no penalty (Freedman and Drineas 2005; Kolmogorov and Zabih 2004):
///
///     c·x₁⋯x_d = min_w |c|·w·(d − 1 − x₁ − … − x_d)
///
/// *Positive terms* are shortened by replacing a product of two bits by an auxiliary w (Rosenberg 1975). The pair that stands in most of them goes
/// first, so that products are shared. After the replacement the polynomial is r + w·g, and the penalty of w is M·(xy − 2xw − 2yw + 3w). The
/// least over w is attained at w = xy for every assignment of the other bits when M is at least the greatest and minus the least value of g:
/// if xy = 1, w = 0 must cost M ≥ g; if xy = 0, w = 1 must cost M ≥ −g. The sums of the positive and of the negative coefficients of g bound both.
/// By induction from the last auxiliary to the first, the least over all of them is the polynomial.
///
/// Terms of very many bits are halved first, pair by pair as their bits follow one another: counting all their pairs would take too long.
struct ProductSubstitution {
    private(set) var auxiliaries: [Quadratisation.Auxiliary] = []
    private(set) var strengths: [Double] = []
    /// The terms as they are now; empty ones are gone.
    private var products: [[Int32]] = []
    private var coefficients: [Double] = []
    private let variables: Int

    /// Above this degree, pairs are not counted.
    private static let longTerm = 24

    /// Positive terms of degree 3 or more, by each pair of their bits; terms that lost the pair are still listed.
    private var termsOfPair: [Pair: [Int32]] = [:]
    private var countOfPair: [Pair: Int] = [:]
    private var queue = PairQueue()
    /// Negative terms of degree 3, by pair: a shared product makes them quadratic, at the cost of no auxiliary.
    private var cubicNegatives: [Pair: [Int32]] = [:]

    init(_ polynomial: BinaryPolynomial) throws(ProblemError) {
        precondition(polynomial.vartype == .binary, "products are substituted in polynomials of bits")
        variables = polynomial.variables
        for term in 0..<polynomial.terms {
            products.append(Array(polynomial.indices[polynomial.term(term)]))
            coefficients.append(polynomial.coefficients[term])
        }
        try halveLongTerms()
        for term in products.indices where products[term].count > 2 {
            if coefficients[term] > 0 {
                for pair in Pair.all(of: products[term]) { insert(Int32(term), at: pair) }
            } else if products[term].count == 3 {
                for pair in Pair.all(of: products[term]) { cubicNegatives[pair, default: []].append(Int32(term)) }
            }
        }
        for (pair, count) in countOfPair { queue.push(count, pair) }
        while let (count, pair) = queue.pop() {
            // An entry whose count has changed since is followed by a new one.
            if count > 0, countOfPair[pair] == count { try replace(pair) }
        }
        for term in products.indices where products[term].count > 2 { try split(term) }
    }

    /// The quadratic polynomial of all bits.
    func polynomial() throws(ProblemError) -> BinaryPolynomial {
        var builder = try PolynomialBuilder(variables: variables + auxiliaries.count, vartype: .binary)
        for term in products.indices { try builder.add(coefficients[term], sorted: products[term]) }
        return try builder.polynomial()
    }

    /// Brings long positive terms down; a pair that two of them have at the same place is replaced by one auxiliary, which then outweighs both.
    private mutating func halveLongTerms() throws(ProblemError) {
        var made: [Pair: Int32] = [:]
        for term in products.indices where coefficients[term] > 0 {
            while products[term].count > Self.longTerm {
                let product = products[term]
                var shorter: [Int32] = []
                for place in stride(from: 0, to: product.count - 1, by: 2) {
                    let pair = Pair(first: product[place], second: product[place + 1])
                    if let known = made[pair] {
                        strengths[Int(known) - variables] += coefficients[term]
                        shorter.append(known)
                    } else {
                        let auxiliary = try append(.product(pair.first, pair.second), strength: coefficients[term])
                        made[pair] = auxiliary
                        shorter.append(auxiliary)
                    }
                }
                if !product.count.isMultiple(of: 2) { shorter.append(product[product.count - 1]) }
                products[term] = shorter.sorted()
            }
        }
        guard strengths.reduce(0, +).isFinite else { throw .overflow(.energy) }
    }

    private mutating func insert(_ term: Int32, at pair: Pair) {
        termsOfPair[pair, default: []].append(term)
        countOfPair[pair, default: 0] += 1
    }

    private mutating func append(_ auxiliary: Quadratisation.Auxiliary, strength: Double) throws(ProblemError) -> Int32 {
        guard variables + auxiliaries.count < QuadraticTerms.variableLimit else {
            throw .variableCount(variables + auxiliaries.count + 1, limit: QuadraticTerms.variableLimit)
        }
        auxiliaries.append(auxiliary)
        strengths.append(strength)
        return Int32(variables + auxiliaries.count - 1)
    }

    private mutating func replace(_ pair: Pair) throws(ProblemError) {
        let terms = (termsOfPair.removeValue(forKey: pair) ?? []).filter { products[Int($0)].count > 2 && pair.isIn(products[Int($0)]) }
        let negatives = (cubicNegatives.removeValue(forKey: pair) ?? []).filter { products[Int($0)].count == 3 && pair.isIn(products[Int($0)]) }
        countOfPair[pair] = nil
        let positive = terms.reduce(0) { $0 + coefficients[Int($1)] }
        let negative = negatives.reduce(0) { $0 - coefficients[Int($1)] }
        guard positive.isFinite, negative.isFinite else { throw .overflow(.energy) }
        let product = try append(.product(pair.first, pair.second), strength: Swift.max(positive, negative))
        for term in terms { shorten(Int(term), pair, to: product) }
        for term in negatives { products[Int(term)] = products[Int(term)].filter { $0 != pair.first && $0 != pair.second } + [product] }
    }

    /// Replaces a pair in a positive term by its product and keeps the counts.
    private mutating func shorten(_ term: Int, _ pair: Pair, to product: Int32) {
        for old in Pair.all(of: products[term]) where old != pair {
            guard let count = countOfPair[old] else { continue }
            countOfPair[old] = count > 1 ? count - 1 : nil
            if count > 1 { queue.push(count - 1, old) }
        }
        // The product has the highest number so far, so the term stays sorted.
        products[term] = products[term].filter { $0 != pair.first && $0 != pair.second } + [product]
        guard products[term].count > 2 else { return }
        for new in Pair.all(of: products[term]) {
            if new.second == product {
                insert(Int32(term), at: new)
            } else {
                countOfPair[new, default: 0] += 1
            }
            queue.push(countOfPair[new] ?? 0, new)
        }
    }

    /// Gives a negative term its auxiliary.
    private mutating func split(_ term: Int) throws(ProblemError) {
        let (factors, weight) = (products[term], -coefficients[term])
        let auxiliary = try append(.term(factors), strength: 0)
        products[term] = []
        coefficients[term] = 0
        products.append([auxiliary])
        coefficients.append(weight * Double(factors.count - 1))
        for factor in factors {
            products.append([factor, auxiliary])
            coefficients.append(-weight)
        }
    }
}

/// Two different bits, the lower first.
struct Pair: Hashable {
    let first: Int32
    let second: Int32

    static func all(of product: [Int32]) -> [Pair] {
        product.indices.flatMap { i in product[(i + 1)...].map { Pair(first: product[i], second: $0) } }
    }

    func isIn(_ product: [Int32]) -> Bool { product.contains(first) && product.contains(second) }
}

/// Pairs by their number of terms, the greatest first; equal numbers by their bits, so that the result does not depend on hashing.
private struct PairQueue {
    private var heap: [(count: Int, pair: Pair)] = []

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (x, y) = (heap[a], heap[b])
        return (-x.count, x.pair.first, x.pair.second) < (-y.count, y.pair.first, y.pair.second)
    }

    mutating func push(_ count: Int, _ pair: Pair) {
        heap.append((count, pair))
        var place = heap.count - 1
        while place > 0, precedes(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func pop() -> (Int, Pair)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            var best = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && precedes(child, best) { best = child }
            guard best != place else { return (first.count, first.pair) }
            heap.swapAt(place, best)
            place = best
        }
    }
}
