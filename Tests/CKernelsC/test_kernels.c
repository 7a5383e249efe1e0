// Compares every variant of every kernel that this machine can run with the reference, bit for bit, and checks that nothing outside the
// operands is touched: operands end at a page without access, and gaps between rows must keep their contents.
//
// It needs nothing but a C compiler, so it also runs cross-compiled under an emulator (Scripts/test-neon.sh) and with sanitizers.

#define _DEFAULT_SOURCE

#include <math.h>

#include "CKernels.h"
#include "guarded.h"

static const size_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 191};
enum { SIZES = sizeof sizes / sizeof *sizes };
static const sf_isa levels[] = {SF_ISA_AVX2, SF_ISA_AVX512, SF_ISA_AMX, SF_ISA_NEON};
static const char* names[] = {"avx2", "avx512", "amx", "neon"};
enum { LEVELS = 4 };

static const char* variant = "";
static long checks, failures;

static void expect_same(const guarded* a, const guarded* b, size_t bytes, const char* what, size_t rows, size_t columns, size_t depth) {
    checks++;
    if (memcmp(a->data, b->data, bytes) == 0) return;
    if (failures++ < 20) printf("  %s %s differs from the reference: %zu rows, %zu columns, depth %zu\n", variant, what, rows, columns, depth);
}

/// Bytes from the first element of the first row to the last element of the last: there is no gap after the last row.
static size_t extent(size_t rows, size_t stride, size_t columns, size_t element) {
    return rows == 0 || columns == 0 ? 0 : ((rows - 1) * stride + columns) * element;
}

static void xnor(sf_isa isa, size_t rows, size_t columns, size_t depth) {
    const sf_xnor_product *reference = sf_xnor_product_select(SF_ISA_REFERENCE), *fast = sf_xnor_product_select(isa);
    const size_t words = (depth + 63) / 64, gap = rows % 3, stride = words + gap, out_stride = columns + gap;
    const size_t bit_words = (columns + 63) / 64, bit_stride = bit_words + gap;
    const uint64_t last = depth % 64 ? ((uint64_t)1 << (depth % 64)) - 1 : ~(uint64_t)0;
    guarded a = guarded_make(extent(rows, stride, words, 8), 0xA5), w = guarded_make(columns * words * 8, 0);
    guarded b = guarded_make(sf_panels_words(columns, words) * 8, 0xFF), t = guarded_make(columns * 4, 0);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < words; k++) ((uint64_t*)a.data)[i * stride + k] = random_word() & (k + 1 == words ? last : ~(uint64_t)0);
    for (size_t j = 0; j < columns * words; j++) ((uint64_t*)w.data)[j] = random_word() & ((j + 1) % words == 0 ? last : ~(uint64_t)0);
    for (size_t j = 0; j < columns; j++) {
        // The ends of the range, where a subtraction could overflow, and values near the sums.
        static const int32_t ends[] = {INT32_MAX, INT32_MIN, INT32_MAX - 1, INT32_MIN + 1};
        ((int32_t*)t.data)[j] = random_word() % 8 == 0 ? ends[random_word() % 4] : (int32_t)(random_word() % 33) - 16;
    }
    if (rows > 1 && words > 0)  // All products +1 and all -1: the largest counts.
        for (size_t j = 0; j < columns && j < 2; j++)
            for (size_t k = 0; k < words; k++) {
                const uint64_t mask = k + 1 == words ? last : ~(uint64_t)0, row = ((uint64_t*)a.data)[k];
                ((uint64_t*)w.data)[j * words + k] = (j == 0 ? row : ~row) & mask;
            }
    sf_panels_pack(w.data, columns, words, b.data);
    const sf_xnor_operands o = {a.data, stride, rows, b.data, columns, words, (int32_t)depth};
    const size_t bytes = extent(rows, out_stride, columns, 4), bit_bytes = extent(rows, bit_stride, bit_words, 8);
    guarded expected = guarded_make(bytes, 0x5A), result = guarded_make(bytes, 0x5A);
    reference->i32(&o, expected.data, out_stride);
    fast->i32(&o, result.data, out_stride);
    expect_same(&expected, &result, bytes, "xnor_product i32", rows, columns, depth);
    memset(expected.data, 0x5A, bytes), memset(result.data, 0x5A, bytes);
    reference->f32(&o, expected.data, out_stride);
    fast->f32(&o, result.data, out_stride);
    expect_same(&expected, &result, bytes, "xnor_product f32", rows, columns, depth);
    guarded expected_bits = guarded_make(bit_bytes, 0x5A), bits = guarded_make(bit_bytes, 0x5A);
    reference->bits(&o, t.data, expected_bits.data, bit_stride);
    fast->bits(&o, t.data, bits.data, bit_stride);
    expect_same(&expected_bits, &bits, bit_bytes, "xnor_product bits", rows, columns, depth);
    guarded_free(a), guarded_free(w), guarded_free(b), guarded_free(t), guarded_free(expected), guarded_free(result);
    guarded_free(expected_bits), guarded_free(bits);
}

static void bytes(sf_isa isa, size_t rows, size_t columns, size_t depth) {
    const sf_byte_product *reference = sf_byte_product_select(SF_ISA_REFERENCE), *fast = sf_byte_product_select(isa);
    const size_t words = (depth + 63) / 64, gap = rows % 3, stride = depth + gap, out_stride = columns + gap;
    guarded x = guarded_make(extent(rows, stride, depth, 1), 0xA5), w = guarded_make(columns * words * 8, 0);
    guarded panels = guarded_make(sf_byte_panels_bytes(columns, depth), 0x7F);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < depth; k++) ((uint8_t*)x.data)[i * stride + k] = i == 0 ? 255 : (uint8_t)(random_word() >> 56);
    // Weights of the first output all +1, of the second all -1: the largest sums of 255s.
    for (size_t j = 0; j < columns * words; j++)
        ((uint64_t*)w.data)[j] = j < words ? ~(uint64_t)0 : j < 2 * words ? 0 : random_word();
    sf_byte_panels_pack(w.data, columns, words, depth, panels.data);
    const size_t size = extent(rows, out_stride, columns, 4);
    guarded expected = guarded_make(size, 0x5A), result = guarded_make(size, 0x5A);
    reference->i32(x.data, stride, rows, panels.data, columns, depth, expected.data, out_stride);
    fast->i32(x.data, stride, rows, panels.data, columns, depth, result.data, out_stride);
    expect_same(&expected, &result, size, "byte_product i32", rows, columns, depth);
    guarded_free(x), guarded_free(w), guarded_free(panels), guarded_free(expected), guarded_free(result);
}

static float odd_float(void) {
    static const float odd[] = {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY, NAN, -NAN, 1e-45f, -1e-45f, 0x1.000002p0f, -0x1.000002p0f};
    const uint64_t pick = random_word() >> 32;
    return pick % 3 == 0 ? odd[pick / 3 % 12] : random_float();
}

static void packing(sf_isa isa, size_t rows, size_t columns) {
    const sf_pack_signs *reference = sf_pack_signs_select(SF_ISA_REFERENCE), *fast = sf_pack_signs_select(isa);
    const size_t gap = rows % 3, stride = columns + gap, words = (columns + 63) / 64, bit_stride = words + gap;
    const size_t size = extent(rows, stride, columns, 4), bit_size = extent(rows, bit_stride, words, 8);
    guarded x = guarded_make(size, 0), expected = guarded_make(bit_size, 0x5A), result = guarded_make(bit_size, 0x5A);
    for (size_t i = 0; i < size / 4; i++) ((float*)x.data)[i] = odd_float();
    reference->pack(x.data, stride, rows, columns, expected.data, bit_stride);
    fast->pack(x.data, stride, rows, columns, result.data, bit_stride);
    expect_same(&expected, &result, bit_size, "pack_signs", rows, columns, 0);
    guarded floats = guarded_make(size, 0x5A), unpacked = guarded_make(size, 0x5A);
    reference->unpack(expected.data, bit_stride, rows, columns, floats.data, stride);
    fast->unpack(expected.data, bit_stride, rows, columns, unpacked.data, stride);
    expect_same(&floats, &unpacked, size, "unpack_signs", rows, columns, 0);
    static const float limits[] = {1.0f, 0.0f, INFINITY, -1.0f, NAN};
    for (int l = 0; l < 5; l++) {
        reference->within(x.data, stride, rows, columns, limits[l], expected.data, bit_stride);
        fast->within(x.data, stride, rows, columns, limits[l], result.data, bit_stride);
        expect_same(&expected, &result, bit_size, "pack_within", rows, columns, 0);
    }
    guarded_free(x), guarded_free(expected), guarded_free(result), guarded_free(floats), guarded_free(unpacked);
}

static void thresholds(sf_isa isa, size_t rows, size_t columns) {
    const sf_threshold *reference = sf_threshold_select(SF_ISA_REFERENCE), *fast = sf_threshold_select(isa);
    const size_t gap = rows % 3, stride = columns + gap, words = (columns + 63) / 64, bit_stride = words + gap;
    const size_t size = extent(rows, stride, columns, 4), bit_size = extent(rows, bit_stride, words, 8);
    guarded z = guarded_make(size, 0), t = guarded_make(columns * 4, 0);
    guarded expected = guarded_make(bit_size, 0x5A), result = guarded_make(bit_size, 0x5A);
    static const int32_t odd[] = {INT32_MAX, INT32_MIN, 0, -1};
    for (size_t i = 0; i < size / 4; i++) ((int32_t*)z.data)[i] = random_word() % 4 ? (int32_t)(random_word() % 9) - 4 : odd[random_word() % 4];
    for (size_t j = 0; j < columns; j++) ((int32_t*)t.data)[j] = random_word() % 4 ? (int32_t)(random_word() % 9) - 4 : odd[random_word() % 4];
    reference->bits(z.data, stride, rows, columns, t.data, expected.data, bit_stride);
    fast->bits(z.data, stride, rows, columns, t.data, result.data, bit_stride);
    expect_same(&expected, &result, bit_size, "threshold", rows, columns, 0);
    guarded_free(z), guarded_free(t), guarded_free(expected), guarded_free(result);
}

void test_elementwise(sf_isa isa, const char* name, long* checks, long* failures);
void test_updates(sf_isa isa, const char* name, long* checks, long* failures);
void test_gray_minima(sf_isa isa, const char* name, long* checks, long* failures);
void test_metropolis(sf_isa isa, const char* name, long* checks, long* failures);
void test_dense_product(long* checks, long* failures);
void test_convolution(long* checks, long* failures);
void test_anneal_bytes(sf_isa isa, const char* name, long* checks, long* failures);
void test_anneal_planes(sf_isa isa, const char* name, long* checks, long* failures);
void test_weight_flips(sf_isa isa, const char* name, long* checks, long* failures);
void test_real_product(sf_isa isa, const char* name, long* checks, long* failures);

int main(void) {
    static const size_t few_rows[] = {0, 1, 2, 3, 4, 5, 7, 65, 130};
    static const size_t depths[] = {0, 1, 63, 64, 65, 127, 128, 129, 191, 192, 193, 448, 449, 577, 784, 960, 961, 1024, 1151, 1913, 1984, 1985, 4096, 4099};
    static const size_t byte_depths[] = {0, 1, 2, 3, 4, 5, 7, 63, 64, 65, 127, 128, 129, 255, 256, 257, 259, 512, 513, 784, 1021, 2048};
    int ran = 0;
    for (int l = 0; l < LEVELS; l++) {
        if (!sf_isa_supported(levels[l])) continue;
        ran++;
        variant = names[l];
        const long before = checks, wrong = failures;
        for (size_t r = 0; r < sizeof few_rows / sizeof *few_rows; r++)
            for (size_t c = 0; c < SIZES; c++) {
                const size_t rows = few_rows[r], columns = sizes[c];
                for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
                    if (rows * columns * depths[d] < 4000000) xnor(levels[l], rows, columns, depths[d]);
                for (size_t d = 0; d < sizeof byte_depths / sizeof *byte_depths; d++)
                    if (rows * columns * byte_depths[d] < 1000000) bytes(levels[l], rows, columns, byte_depths[d]);
            }
        for (size_t r = 0; r < sizeof few_rows / sizeof *few_rows; r++)
            for (size_t columns = 0; columns <= 200; columns++) packing(levels[l], few_rows[r], columns), thresholds(levels[l], few_rows[r], columns);
        // The depth at which byte counters are fullest, and beyond a second flush.
        xnor(levels[l], 2, 3, 20000);
        bytes(levels[l], 2, 3, 70001);
        test_elementwise(levels[l], names[l], &checks, &failures);
        test_updates(levels[l], names[l], &checks, &failures);
        test_gray_minima(levels[l], names[l], &checks, &failures);
        test_metropolis(levels[l], names[l], &checks, &failures);
        test_anneal_bytes(levels[l], names[l], &checks, &failures);
        test_anneal_planes(levels[l], names[l], &checks, &failures);
        test_weight_flips(levels[l], names[l], &checks, &failures);
        test_real_product(levels[l], names[l], &checks, &failures);
        printf("%s: %ld comparisons with the reference, %ld differ\n", names[l], checks - before, failures - wrong);
    }
    test_dense_product(&checks, &failures);
    test_convolution(&checks, &failures);
    if (ran == 0) printf("this machine has only the reference: nothing to compare\n");
    return failures == 0 ? 0 : 1;
}
