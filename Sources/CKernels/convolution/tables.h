#ifndef SPINFLIP_CONVOLUTION_TABLES_H
#define SPINFLIP_CONVOLUTION_TABLES_H

#include "../include/sf_convolution.h"

/// Products of reals and signs by look-up in a register.
///
/// Σ_k a[k]·s[k] over a group of g values of the depth takes one of 2^g values, one for each pattern of g signs. A register that holds all of
/// them is a table, and one permutation of it by the patterns of as many columns as it has lanes makes g products and their sum for each:
/// 16 columns of 4 values in float32, 32 columns of 5 values in 16-bit integers. Where only bytes are permuted, two tables
/// of 16 bytes hold 16-bit sums of 4 values. (Arlazarov, Dinic, Kronrod and Faradzhev's way to multiply
/// Boolean matrices, 1970, with the tables in registers.)
///
/// In 16-bit integers each row of a chunk of the depth is scaled so that Σ_k |a[k]| is just below 2^15: no partial sum can overflow. An entry is
/// rounded once, by at most half a unit u = Σ|a| / 32700, so that over a chunk of n values the error's variance is n/5 · u²/12. With
/// Σ|a| <= √n · ‖a‖ its root is at most n·‖a‖ / 253,000: 1.07e-3·‖a‖ at 270 values, and 1.13e-3 at 256 by groups of 4, where operands rounded to bfloat16 have 1.1e-3 to 2.3e-3·‖a‖.
typedef struct {
    /// Columns of a register.
    size_t lanes;
    /// Values of a group; groups and bytes of a word: a word holds the signs of a column for some groups, the first of them lowest.
    size_t group, groups_per_word, word_bytes;
    /// Most values of a chunk of the depth: its tables stay in the first-level cache.
    size_t depth;
    /// `lanes` columns of a panel: word w of lane l, at panel[w·stride + l] in words, holds bits 8·byte + l of the rows that its groups cover; ones
    /// (`plus`) or zeros where a row is NULL, anything past `depth`.
    void (*pack)(const uint64_t* const* rows, size_t depth, size_t byte, int plus, void* panel, size_t stride);
    /// Tables of `rows` <= 8 rows of reals, a(r, k) = a[r·a_row + k·a_depth]·factors[k] where one of the strides is 1; missing rows are 0. Factors,
    /// NULL for 1, only where a_depth is 1.
    void (*build)(
        const float* a, size_t a_row, size_t a_depth, const float* factors, size_t rows, size_t depth, void* tables, float* scales);
    /// For each r with to[r] not NULL: to[r][l] (+)= start[l / lanes][r] + the sums of `vectors` <= 2 registers of columns.
    void (*tile)(
        const void* tables, const float* scales, size_t groups, const void* panel, size_t stride, size_t vectors, float* const* to,
        const float* const* start, int add);
    /// c[j·c_row + r] = sums[r·stride + j] for r < SF_TABLE_ROWS and `lanes` columns j.
    void (*turn)(const float* sums, size_t stride, float* c, size_t c_row);
} sf_table_code;

enum { SF_TABLE_ROWS = 8, SF_TABLE_VECTORS = 2, SF_TABLE_BYTES = 28 * 1024, SF_TABLE_DEPTH = 270 };

/// Whether the operands are such that whole registers lie within a tap.
int sf_table_gradient_fits(const sf_patch_gradient* gradient, const sf_table_code* code);
void sf_table_gradient_run(const sf_patch_gradient* gradient, void* scratch, const sf_table_code* code);

/// Whether the kernel's reals follow each other as the bits under the window do, and nothing outside counts as 0.
int sf_table_product_fits(const sf_patch_product* product);
/// `code`: one whose sums are float32, and whose words have 32 bits.
void sf_table_product_run(const sf_patch_product* product, void* scratch, const sf_table_code* code);

size_t sf_table_panel_bytes(size_t outputs, size_t columns, const sf_table_code* code);
void sf_table_panel(
    const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* panel, const sf_table_code* code);
void sf_table_spread_run(const sf_patch_spread* spread, const sf_table_code* code);

/// Defines `sf_spreading_<suffix>` by the tables `sf_table_<suffix>`.
#define SF_DEFINE_SPREADING(suffix, lanes)                                                                                             \
    static size_t bytes_##suffix(size_t outputs, size_t taps, size_t channels) {                                                       \
        return sf_table_panel_bytes(outputs, taps * channels, &sf_table_##suffix);                                                     \
    }                                                                                                                                  \
    static void panel_##suffix(                                                                                                        \
        const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* signs) {                   \
        sf_table_panel(bits, words, outputs, taps, channels, tap, signs, &sf_table_##suffix);                                          \
    }                                                                                                                                  \
    static void spread_##suffix(const sf_patch_spread* spread) { sf_table_spread_run(spread, &sf_table_##suffix); }                    \
    const sf_patch_spreading sf_spreading_##suffix = {lanes, NULL, bytes_##suffix, panel_##suffix, spread_##suffix};

#if defined(__x86_64__)
extern const sf_table_code sf_table_avx512_reals, sf_table_avx512_shorts, sf_table_avx2_shorts;
extern const sf_patch_spreading sf_spreading_avx512_reals, sf_spreading_avx512_shorts, sf_spreading_avx2_shorts;
#elif defined(__aarch64__)
extern const sf_table_code sf_table_neon_shorts;
extern const sf_patch_spreading sf_spreading_neon_shorts;
#endif

#endif
