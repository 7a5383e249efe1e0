// Classifies two handwritten digits with a packed binary network.
//
//     make demo                                                       # trains one into out/demo
//     swift run -c release --package-path Examples/ClassifyDigits ClassifyDigits out/demo/digits.safetensors

import BinaryInference
import Foundation

/// Two images of the UCI handwritten digits (Alpaydin & Kaynak 1998, CC BY 4.0): 8 × 8 pixels, each 0…16, with what they show.
let samples: [(digit: Int, pixels: [UInt8])] = [
    (
        0,
        [
            0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0,
            0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
        ]
    ),
    (
        1,
        [
            0, 0, 0, 12, 13, 5, 0, 0, 0, 0, 0, 11, 16, 9, 0, 0, 0, 0, 3, 15, 16, 6, 0, 0, 0, 7, 15, 16, 16, 2, 0, 0,
            0, 0, 1, 16, 16, 3, 0, 0, 0, 0, 1, 16, 16, 6, 0, 0, 0, 0, 1, 16, 16, 6, 0, 0, 0, 0, 0, 11, 16, 10, 0, 0,
        ]
    ),
]

guard CommandLine.arguments.count == 2 else {
    print("usage: ClassifyDigits MODEL")
    exit(64)
}

do {
    let model = try InferenceModel(contentsOf: CommandLine.arguments[1])
    guard model.inputCount == 64 else {
        print("this model takes \(model.inputCount) values, not 8 × 8 pixels")
        exit(2)
    }
    let session = InferenceSession(model)
    for (digit, pixels) in samples {
        for row in 0..<8 { print(pixels[row * 8..<row * 8 + 8].map { $0 > 10 ? "██" : $0 > 4 ? "▒▒" : "  " }.joined()) }
        let answer = session.classify(pixels, count: 1)[0]
        print("the network says \(model.label(answer)), it is a \(digit)\n")
    }
} catch {
    print(error)
    exit(2)
}
