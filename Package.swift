// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Settings shared by every Swift target. Documentation/Design/house.md says why.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// C in a debug build is -O0, which makes bit kernels a hundred times slower and `swift test` useless. The flag counts as unsafe,
/// and SwiftPM refuses unsafe flags in dependencies, so it is set only where this package is the root.
let isRoot = !Context.packageDirectory.contains("/checkouts/")
let kernelSettings: [CSetting] = isRoot ? [.unsafeFlags(["-O3"], .when(configuration: .debug))] : []

#if os(Linux)
let defaultTraits: Set<String> = ["OneDNN", "Images"]
#else
let defaultTraits: Set<String> = []
#endif

func module(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    let hasReadme = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Sources/\(name)/README.md")
    return .target(
        name: name, dependencies: dependencies, exclude: hasReadme ? ["README.md"] : [], resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: (name == "House" ? [] : [.init(stringLiteral: name)]) + ["_TestSupport"] + dependencies, resources: resources,
        swiftSettings: strict)
}

let package = Package(
    name: "spinflip",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(
            name: "Spinflip",
            targets: [
                "BitCore", "DenseMath", "Ising", "Datasets", "BinaryNN", "ModelZoo", "BinaryInference", "BinaryTraining", "QUBOTraining", "Deployment",
                "Profiling", "Report", "RunStore", "Workflows",
            ]),
        .library(name: "Ising", targets: ["Ising"]),
        .library(name: "BinaryInference", targets: ["BinaryInference"]),
        .executable(name: "spinflip", targets: ["spinflip"]),
    ],
    traits: [
        .trait(name: "OneDNN", description: "Dense products and convolutions through oneDNN (Debian libdnnl-dev, Homebrew onednn)."),
        .trait(name: "Images", description: "JPEG and PNG files through libjpeg and libpng (Debian libjpeg-dev, libpng-dev; Homebrew jpeg-turbo, libpng)."),
        .default(enabledTraits: defaultTraits),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // In the order of Documentation/Design/house.md: a module imports only modules above it.
        .target(name: "CKernels", cSettings: kernelSettings),
        .target(
            name: "COneDNN", cSettings: [.define("SPINFLIP_ONEDNN", .when(traits: ["OneDNN"]))],
            linkerSettings: [.linkedLibrary("dnnl", .when(traits: ["OneDNN"]))]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CImageCodecs", cSettings: [.define("SPINFLIP_IMAGES", .when(traits: ["Images"]))],
            linkerSettings: [.linkedLibrary("jpeg", .when(traits: ["Images"])), .linkedLibrary("png", .when(traits: ["Images"]))]),
        module("BitCore", ["CKernels"]),
        module("DenseMath", ["BitCore", .target(name: "COneDNN", condition: .when(traits: ["OneDNN"]))]),
        module("Ising", ["BitCore"]),
        module("Datasets", ["BitCore", "CZlib", "CImageCodecs"], resources: [.embedInCode("Resources/digits.csv.gz")]),
        module("BinaryNN", ["BitCore", "DenseMath"]),
        module("ModelZoo", ["BitCore", "BinaryNN"]),
        module("BinaryInference", ["BitCore"]),
        module("BinaryTraining", ["BitCore", "DenseMath", "Datasets", "BinaryNN"]),
        module("QUBOTraining", ["BitCore", "DenseMath", "Ising", "Datasets", "BinaryNN", "BinaryTraining"]),
        module("Deployment", ["BitCore", "DenseMath", "BinaryNN", "BinaryInference"]),
        module(
            "Profiling", ["BitCore", "DenseMath", "BinaryNN", "BinaryInference", "BinaryTraining"],
            resources: ["horowitz45", "qkeras", "accelerator", "edge", "cpu"].map { .embedInCode("Resources/\($0).toml") }),
        module("Report", ["BitCore", "BinaryTraining"]),
        module("RunStore", ["BitCore", .product(name: "GRDB", package: "GRDB.swift")]),
        module(
            "Workflows",
            [
                "BitCore", "DenseMath", "Ising", "Datasets", "BinaryNN", "ModelZoo", "BinaryInference", "BinaryTraining", "QUBOTraining", "Deployment",
                "Profiling", "Report", "RunStore",
            ]),
        .executableTarget(
            name: "spinflip",
            dependencies: [
                "Workflows", "BitCore", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        module("_TestSupport", ["BitCore", "DenseMath", "Ising", "BinaryNN", "BinaryInference", "BinaryTraining"]),

        tests("CKernels", ["BitCore"]),
        tests("BitCore", []),
        tests("DenseMath", ["BitCore"]),
        tests("Ising", ["BitCore"]),
        tests("Datasets", ["BitCore", "CZlib"]),
        tests("BinaryNN", ["BitCore", "DenseMath"]),
        tests("ModelZoo", ["BitCore", "DenseMath", "BinaryNN"]),
        tests("BinaryInference", ["BitCore"], resources: [.copy("Corpus")]),
        tests("BinaryTraining", ["BitCore", "DenseMath", "Datasets", "BinaryNN", "ModelZoo"]),
        tests("QUBOTraining", ["BitCore", "DenseMath", "Ising", "Datasets", "BinaryNN", "BinaryTraining"]),
        tests("Deployment", ["BitCore", "DenseMath", "BinaryNN", "ModelZoo", "BinaryInference"]),
        tests("Report", ["BitCore", "BinaryTraining"]),
        tests("Profiling", ["BitCore", "BinaryNN", "BinaryInference", "ModelZoo"]),
        tests("RunStore", ["BitCore"]),
        tests(
            "Workflows",
            [
                "BitCore", "DenseMath", "Ising", "Datasets", "BinaryNN", "ModelZoo", "BinaryInference", "BinaryTraining", "QUBOTraining", "Deployment",
                "Profiling", "Report", "RunStore",
            ]),
        .testTarget(name: "spinflipTests", dependencies: ["spinflip"], exclude: ["Snapshots"], swiftSettings: strict),
        tests("House", []),
    ]
)
