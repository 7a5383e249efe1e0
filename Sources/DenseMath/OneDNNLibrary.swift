#if OneDNN
internal import BitCore
internal import COneDNN
internal import Synchronization

/// oneDNN with the code it has made so far. Making code for a shape takes a millisecond or so, running it as little as microseconds, so
/// it is kept. Safe to use from any thread.
final class OneDNNLibrary: @unchecked Sendable {
    // Sendable: the context is only read after it was made; the cache has its lock.
    private let context: OpaquePointer
    private let cache = Mutex<[Key: Result<Product, OneDNNFault>]>([:])

    /// More shapes than any network has; a caller whose shapes never repeat must not fill the memory with code.
    private static let mostProducts = 512

    init() throws(EngineError) {
        guard let context = sf_onednn_context_create(Self.limit) else {
            throw .unavailable("onednn", reason: "oneDNN cannot be set up on this processor")
        }
        self.context = context
    }

    /// `SPINFLIP_ISA` binds oneDNN too.
    private static var limit: sf_onednn_isa {
        switch InstructionSet.active {
        case .reference: SF_ONEDNN_SSE41
        case .avx2: SF_ONEDNN_AVX2
        case .avx512: SF_ONEDNN_AVX512
        case .amx, .neon: SF_ONEDNN_ALL
        }
    }

    deinit {
        // Code first: it refers to the context.
        cache.withLock { $0.removeAll() }
        sf_onednn_context_destroy(context)
    }

    /// What code is made for: one block of a product.
    struct Key: Hashable, Sendable {
        var rows, columns, depth: Int
        var aRow, aDepth, bDepth, bColumn, cRow: Int
        var accumulate: Bool
        var bfloat16: Bool
    }

    final class Product: @unchecked Sendable {
        // Sendable: never changes, and oneDNN allows any number of threads to run a primitive that brings its own scratch space.
        let pointer: OpaquePointer
        let scratchBytes: Int
        var name: String { String(cString: sf_onednn_product_name(pointer)) }

        init(_ pointer: OpaquePointer) {
            self.pointer = pointer
            scratchBytes = sf_onednn_product_scratch(pointer)
        }

        deinit { sf_onednn_product_destroy(pointer) }
    }

    /// The code for a shape, or why oneDNN has none.
    func product(_ key: Key) -> Result<Product, OneDNNFault> {
        cache.withLock { cache in
            if let known = cache[key] { return known }
            let made = make(key)
            if cache.count >= Self.mostProducts { cache.removeAll() }
            cache[key] = made
            return made
        }
    }

    private func make(_ key: Key) -> Result<Product, OneDNNFault> {
        var shape = sf_onednn_shape(
            rows: Int64(key.rows), columns: Int64(key.columns), depth: Int64(key.depth), a_row: Int64(key.aRow),
            a_depth: Int64(key.aDepth), b_depth: Int64(key.bDepth), b_column: Int64(key.bColumn), c_row: Int64(key.cRow),
            accumulate: key.accumulate ? 1 : 0, bfloat16: key.bfloat16 ? 1 : 0)
        var fault: UnsafePointer<CChar>?
        guard let pointer = sf_onednn_product_create(context, &shape, &fault) else {
            return .failure(OneDNNFault(description: fault.map { String(cString: $0) } ?? "unknown"))
        }
        return .success(Product(pointer))
    }

    /// Runs a product on operands as its key describes them.
    func run(
        _ product: Product, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) {
        if let fault = sf_onednn_product_run(context, product.pointer, a, b, c, scratch) {
            fatalError("oneDNN failed in a matrix product: \(String(cString: fault))")
        }
    }

    static var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        sf_onednn_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}

/// What oneDNN said when it could not make code.
struct OneDNNFault: Error, CustomStringConvertible {
    let description: String
}
#endif
