// swift-tools-version: 6.2
import PackageDescription

// What a program that only runs a model depends on: BinaryInference, and no trainer, no oneDNN.
let package = Package(
    name: "ClassifyDigits",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "spinflip", path: "../..", traits: [])],
    targets: [
        .executableTarget(name: "ClassifyDigits", dependencies: [.product(name: "BinaryInference", package: "spinflip")])
    ]
)
