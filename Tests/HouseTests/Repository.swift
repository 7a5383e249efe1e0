import Foundation

/// The files of the checkout that the tests were built from.
enum Repository {
    /// The package's folder: this file is Tests/HouseTests/Repository.swift in it.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct SourceFile: CustomStringConvertible {
        /// Relative to the root: `Sources/BitCore/Shape.swift`.
        let path: String
        let text: String

        var description: String { path }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

        /// The module of a file below `Sources`: the folder's name.
        var module: String { String(path.split(separator: "/")[1]) }
    }

    /// Every file below `folder` whose name ends in one of `extensions`, in order of path.
    static func files(in folder: String, extensions: Set<String>) throws -> [SourceFile] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles]) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        let urls = walk.compactMap { $0 as? URL }.filter { extensions.contains($0.pathExtension) }.sorted { $0.path < $1.path }
        return try urls.map { url in
            SourceFile(path: String(url.path.dropFirst(root.path.count + 1)), text: try String(contentsOf: url, encoding: .utf8))
        }
    }

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
