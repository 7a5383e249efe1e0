/// Orders of variables under which neighbours lie close together in memory.
enum VariableOrder {
    /// Reverse Cuthill–McKee (Cuthill and McKee, 1969; George, 1971): breadth first from a variable of small degree, the neighbours of each by
    /// rising degree, and the whole turned round. Returns the place of each variable.
    static func places(starts: [Int], neighbours: [Int32]) -> [Int32] {
        let count = starts.count - 1
        let degrees = (0..<count).map { starts[$0 + 1] - starts[$0] }
        var places = [Int32](repeating: -1, count: count)
        var queue: [Int32] = []
        queue.reserveCapacity(count)
        for root in countingSorted(degrees) where places[Int(root)] < 0 {
            var head = queue.count
            places[Int(root)] = 0
            queue.append(root)
            while head < queue.count {
                let variable = Int(queue[head])
                head += 1
                let first = queue.count
                for place in starts[variable]..<starts[variable + 1] where places[Int(neighbours[place])] < 0 {
                    places[Int(neighbours[place])] = 0
                    queue.append(neighbours[place])
                }
                // By insertion where few: most variables have a handful of neighbours.
                if queue.count - first < 16 {
                    for end in stride(from: first + 1, to: queue.count, by: 1) {
                        var at = end
                        while at > first, degrees[Int(queue[at])] < degrees[Int(queue[at - 1])] {
                            queue.swapAt(at, at - 1)
                            at -= 1
                        }
                    }
                } else {
                    queue[first...].sort { (degrees[Int($0)], $0) < (degrees[Int($1)], $1) }
                }
            }
        }
        for (index, variable) in queue.enumerated() { places[Int(variable)] = Int32(count - 1 - index) }
        return places
    }

    /// Indices by rising value, equal ones in order.
    private static func countingSorted(_ values: [Int]) -> [Int32] {
        var starts = [Int](repeating: 0, count: (values.max() ?? 0) + 2)
        for value in values { starts[value + 1] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var result = [Int32](repeating: 0, count: values.count)
        for (index, value) in values.enumerated() {
            result[starts[value]] = Int32(index)
            starts[value] += 1
        }
        return result
    }
}
