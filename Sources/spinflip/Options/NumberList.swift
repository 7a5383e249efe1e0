internal import ArgumentParser

/// Whole numbers from 1 on, written as `1,5-9`.
struct NumberList {
    var numbers: [Int]

    /// More are refused.
    private static let most = 1 << 24

    init(_ text: String) throws {
        numbers = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 1, last >= first, last - first < Self.most,
                numbers.count + (last - first) < Self.most
            else {
                throw ValidationError("“\(text.prefix(60))” is no list of numbers; write numbers from 1 on and ranges of them, as 1,5-9")
            }
            numbers += first...last
        }
    }
}
