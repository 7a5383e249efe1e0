internal import Foundation

/// What the options of a sampler promise.
public enum OptionsConformance {
    /// Nil when the options come back from JSON as they were, and the text of a wrong one when not.
    public static func failure<Options: Codable & Equatable>(_ options: Options) -> String? {
        do {
            let data = try JSONEncoder().encode(options)
            let back = try JSONDecoder().decode(Options.self, from: data)
            return back == options ? nil : "\(options) came back as \(back)"
        } catch {
            return "\(options): \(error)"
        }
    }
}
