#ifndef SPINFLIP_CONVOLUTION_LINES_H
#define SPINFLIP_CONVOLUTION_LINES_H

#include "../include/sf_convolution.h"

/// Products of reals and signs by tables in the first-level cache, for processors that read two whole registers of it in a cycle.
///
/// As in `tables.h` the 2^5 sums of five values of the depth are made once and looked up by the patterns of five signs. But here an entry is a
/// line: one register that holds the sums of as many rows of reals as it has lanes, and a look-up reads it where an addition needs it, so that
/// no permutation is needed and one instruction makes 5 · 32 products in 16-bit integers, 5 · 16 in float32. Each table is looked up once for
/// every column. 16-bit sums are scaled and rounded as those of `tables.h`, with the same bound of their error.
///
/// Columns come in blocks of 64. A pattern is a byte, 8 · Σ 2^i over the signs i that are +1, which the processor's addressing makes a
/// distance of lines; a column's patterns of a stage of the depth are 8 in one word and 5 in another.
enum { SF_LINE_GROUP = 5, SF_LINE_GROUPS = 13, SF_LINE_STAGE = SF_LINE_GROUP * SF_LINE_GROUPS, SF_LINE_STAGES = 4 };
enum { SF_LINE_DEPTH = SF_LINE_STAGE * SF_LINE_STAGES, SF_LINE_LANES = 32, SF_LINE_BLOCK = 64, SF_LINE_TABLE = 2048 };

/// Where the sums of a chunk go after its last stage: column after column, to[lane] (+)= sum · back[lane] + start[lane].
typedef struct {
    float* to;
    int add;
    const float *back, *start;
} sf_line_sums;

typedef struct {
    size_t lanes;
    /// A block of columns over a stage: bit c of rows[k][word], `plus` where a row is NULL, and -1 past `depth`. Within a block column 16L + 2j + i is
    /// the (8j + 2L + i)th. Its first words go to `panel`, its second ones to panel + half.
    void (*pack)(const uint64_t* const* rows, size_t word, size_t depth, int plus, uint64_t* panel, size_t half);
    /// a[k·lanes + r] = dz[r·dz_row + k]·factors[k], 0 from row `rows` on; factors NULL for 1.
    void (*lay)(const float* dz, size_t dz_row, size_t rows, size_t depth, const float* factors, float* a);
    /// What the rows of a chunk are scaled by, and back. `a`: value k of row r is a[k·a_row + r], for `rows` <= lanes rows.
    void (*scale)(const float* a, size_t a_row, size_t rows, size_t depth, float* scales, float* back);
    /// The tables of a stage of `depth` values.
    void (*build)(const float* a, size_t a_row, size_t rows, size_t depth, const float* scales, void* tables);
    /// Sums of a stage for `columns` columns, whose first words are at panel, and their second ones `half` words later. They are added to the lines at
    /// `kept`, in the form of an entry, unless the stage is the first; and left there, unless `sums` says where they go.
    void (*run)(const void* tables, const uint64_t* panel, size_t half, size_t columns, void* kept, int is_first, const sf_line_sums* sums);
    /// rows[l][c] += lane l of column c · back[l] for the columns of a block, kept as entries; rows may be NULL.
    void (*turn_kept)(const void* kept, const float* back, float* const* rows);
    /// rows[l][c] = lane l of column c for the columns of a block; rows may be NULL.
    void (*turn)(const float* lines, float* const* rows);
} sf_line_code;

int sf_line_gradient_fits(const sf_patch_gradient* gradient);
void sf_line_gradient_run(const sf_patch_gradient* gradient, void* scratch, const sf_line_code* code);

size_t sf_line_panel_bytes(size_t outputs, size_t taps, size_t channels);
void sf_line_panel(
    const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* panel, const sf_line_code* code);
void sf_line_spread_run(const sf_patch_spread* spread, const sf_line_code* code);

/// Columns of a piece of a gradient, whose sums stay in the second-level cache.
enum { SF_LINE_COLUMNS = 1152, SF_LINE_OUTPUTS = 256, SF_LINE_TAPS = SF_LINE_COLUMNS / SF_LINE_BLOCK + 1 };

/// Working space of a gradient.
typedef struct {
    _Alignas(64) unsigned char tables[SF_LINE_GROUPS * SF_LINE_TABLE];
    uint64_t panel[SF_LINE_STAGES * 2 * SF_LINE_COLUMNS];
    int16_t kept[SF_LINE_COLUMNS * SF_LINE_LANES];
    float sums[SF_LINE_OUTPUTS * SF_LINE_COLUMNS];
    float start[SF_LINE_TAPS][SF_LINE_OUTPUTS];
    float scales[SF_LINE_LANES], back[SF_LINE_LANES];
    /// Of each row of a chunk: its sources, the bits of its item, and those at a tap.
    const int32_t* sources[SF_LINE_DEPTH];
    const uint64_t* items[SF_LINE_DEPTH];
    const uint64_t* rows[SF_LINE_DEPTH];
} sf_line_space;

#if defined(__x86_64__)
extern const sf_line_code sf_line_avx512_reals, sf_line_avx512_shorts;
extern const sf_patch_spreading sf_spreading_avx512_real_lines, sf_spreading_avx512_short_lines;
#endif

#endif
