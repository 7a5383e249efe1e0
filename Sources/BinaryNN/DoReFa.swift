#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Pieces of DoReFa-Net's weight quantizer (Zhou et al. 2016).
enum DoReFa {
    static func tanh(_ w: Float) -> Float {
        #if canImport(Glibc)
        Glibc.tanhf(w)
        #elseif canImport(Darwin)
        Darwin.tanhf(w)
        #else
        Musl.tanhf(w)
        #endif
    }

    /// M = max|tanh w|; 1 for a kernel of zeros, so that nothing is divided by 0.
    static func range(_ w: UnsafeBufferPointer<Float>) -> Float {
        let largest = w.reduce(0) { Swift.max($0, $1.magnitude) }
        return largest > 0 ? tanh(largest) : 1
    }
}
