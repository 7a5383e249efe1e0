#include "tables.h"

#include <string.h>

#include "convolution.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }
static size_t pieces(size_t extent, size_t size) { return (extent + size - 1) / size; }

/// Words of a column over `depth` values.
static size_t words_of(const sf_table_code* code, size_t depth) { return pieces(depth, code->group * code->groups_per_word); }

/// Columns of the panel that a gradient's working space holds.
static size_t panel_columns(const sf_table_code* code) {
    return sizeof((sf_patch_space*)0)->a_block / (words_of(code, code->depth) * code->word_bytes) / code->lanes * code->lanes;
}

int sf_table_gradient_fits(const sf_patch_gradient* o, const sf_table_code* code) {
    return o->image.reals == NULL && o->image.channels % code->lanes == 0 && o->image.first % 8 == 0 && o->first_column % code->lanes == 0
        && o->columns % code->lanes == 0 && o->image.channels <= panel_columns(code);
}

/// What the zeros outside the image add to sums that count them as -1: the reals of the rows that lie outside at a tap.
static void sum_outside(const sf_patch_gradient* o, const uint64_t* const* rows, const float* dz, size_t depth, float* sums) {
    memset(sums, 0, o->outputs * sizeof *sums);
    for (size_t k = 0; k < depth; k++)
        if (rows[k] == NULL)
            for (size_t i = 0; i < o->outputs; i++) sums[i] += dz[k * o->dz_row + i];
}

/// Taps of a gradient that one pass over its rows covers, and what the zeros outside add to each output of each.
enum { SF_TABLE_TAPS = 64, SF_TABLE_OUTPUTS = 256 };

typedef struct {
    _Alignas(64) unsigned char tables[SF_TABLE_BYTES];
    /// Of each row of a chunk: its sources, the bits of its item, and those at a tap.
    const int32_t* sources[SF_TABLE_DEPTH];
    const uint64_t* items[SF_TABLE_DEPTH];
    const uint64_t* rows[SF_TABLE_DEPTH];
    float scales[SF_TABLE_ROWS];
    float outside[SF_TABLE_TAPS][SF_TABLE_OUTPUTS];
    int has_outside[SF_TABLE_TAPS];
} sf_table_space;

/// Some columns of some outputs over all rows.
static void gradient_block(const sf_patch_gradient* o, sf_patch_space* space, sf_table_space* own, const sf_table_code* code) {
    const sf_patch_image* image = &o->image;
    unsigned char* const panel = (unsigned char*)space->a_block;
    for (size_t row = 0; row < o->rows; row += code->depth) {
        const size_t depth = least(code->depth, o->rows - row), groups = pieces(depth, code->group);
        const float* dz = o->dz + row * o->dz_row;
        const size_t first_tap = o->first_column / image->channels;
        const uint64_t* const bits = image->bits + image->first / 64;
        size_t entry = row % o->map.entries;
        const uint64_t* item = bits + row / o->map.entries * image->pixels * image->stride;
        for (size_t k = 0; k < depth; k++) {
            own->sources[k] = o->map.sources + entry * o->map.taps;
            own->items[k] = item;
            if (++entry == o->map.entries) entry = 0, item += image->pixels * image->stride;
        }
        for (size_t j = 0; j < o->columns;) {
            const size_t tap = (o->first_column + j) / image->channels, channel = (o->first_column + j) % image->channels;
            int outside = 0;
            for (size_t k = 0; k < depth; k++) {
                const int32_t source = own->sources[k][tap];
                own->rows[k] = source < 0 ? NULL : own->items[k] + (size_t)source * image->stride;
                outside |= source < 0;
            }
            own->has_outside[tap - first_tap] = outside && image->outside == 0;
            if (own->has_outside[tap - first_tap]) sum_outside(o, own->rows, dz, depth, own->outside[tap - first_tap]);
            const size_t end = least(o->columns, j + image->channels - channel);
            for (size_t c = channel; j < end; j += code->lanes, c += code->lanes)
                code->pack(own->rows, depth, (image->first % 64 + c) / 8, image->outside != 0, panel + j * code->word_bytes, o->columns);
        }
        for (size_t i = 0; i < o->outputs; i += SF_TABLE_ROWS) {
            const size_t outputs = least(SF_TABLE_ROWS, o->outputs - i);
            code->build(dz + i, 1, o->dz_row, NULL, outputs, depth, own->tables, own->scales);
            float* to[SF_TABLE_ROWS];
            for (size_t r = 0; r < SF_TABLE_ROWS; r++) to[r] = r < outputs ? o->dw + (i + r) * o->dw_row + o->first_column : NULL;
            for (size_t j = 0; j < o->columns;) {
                const float* start[SF_TABLE_VECTORS] = {NULL, NULL};
                const size_t vectors = least(SF_TABLE_VECTORS, (o->columns - j) / code->lanes);
                for (size_t v = 0; v < vectors; v++) {
                    const size_t tap = (o->first_column + j + v * code->lanes) / image->channels - first_tap;
                    if (own->has_outside[tap]) start[v] = own->outside[tap] + i;
                }
                code->tile(own->tables, own->scales, groups, panel + j * code->word_bytes, o->columns, vectors, to, start, row > 0);
                j += vectors * code->lanes;
                for (size_t r = 0; r < outputs; r++) to[r] += vectors * code->lanes;
            }
        }
    }
}

void sf_table_gradient_run(const sf_patch_gradient* o, void* scratch, const sf_table_code* code) {
    sf_table_space own;
    // Whole taps at a time, so that no more than so many are in a block.
    const size_t channels = o->image.channels, most = least(panel_columns(code) / channels, SF_TABLE_TAPS) * channels;
    if (o->rows == 0)
        for (size_t i = 0; i < o->outputs; i++) memset(o->dw + i * o->dw_row + o->first_column, 0, o->columns * sizeof *o->dw);
    for (size_t i = 0; i < o->outputs; i += SF_TABLE_OUTPUTS)
        for (size_t j = o->first_column; j < o->first_column + o->columns;) {
            sf_patch_gradient block = *o;
            block.dz += i, block.dw += i * o->dw_row, block.outputs = least(SF_TABLE_OUTPUTS, o->outputs - i);
            // The first piece ends where a tap does.
            block.first_column = j, block.columns = least(most - j % channels, o->first_column + o->columns - j);
            gradient_block(&block, scratch, &own, code);
            j += block.columns;
        }
}

/// Even shares of the depth.
static size_t share(size_t outputs, const sf_table_code* code) {
    const size_t chunks = pieces(outputs, code->depth);
    return pieces(pieces(outputs, chunks), code->group) * code->group;
}

size_t sf_table_panel_bytes(size_t outputs, size_t columns, const sf_table_code* code) {
    const size_t depth = share(outputs, code);
    return pieces(outputs, depth) * words_of(code, depth) * columns * code->word_bytes;
}

void sf_table_panel(
    const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* panel, const sf_table_code* code) {
    const uint64_t* rows[SF_TABLE_DEPTH];
    const size_t depth = share(outputs, code), columns = taps * channels;
    unsigned char* to = (unsigned char*)panel + tap * channels * code->word_bytes;
    for (size_t first = 0; first < outputs; first += depth, to += words_of(code, depth) * columns * code->word_bytes) {
        const size_t count = least(depth, outputs - first);
        for (size_t k = 0; k < count; k++) rows[k] = bits + ((first + k) * taps + tap) * words;
        for (size_t c = 0; c < channels; c += code->lanes) code->pack(rows, count, c / 8, 0, to + c * code->word_bytes, columns);
    }
}

static void spread_tile(
    const sf_patch_spread* o, const sf_table_space* own, const unsigned char* panel, size_t groups, const int32_t* sources, size_t rows, float* dx,
    const sf_table_code* code) {
    static const float* const nothing[SF_TABLE_VECTORS] = {NULL, NULL};
    const size_t columns = o->map.taps * o->channels;
    for (size_t tap = 0; tap < o->map.taps; tap++) {
        float* to[SF_TABLE_ROWS] = {NULL};
        int some = 0;
        for (size_t r = 0; r < rows; r++) {
            const int32_t source = sources[r * o->map.taps + tap];
            if (source >= 0) to[r] = dx + (size_t)source * o->dx_row, some = 1;
        }
        if (!some) continue;
        for (size_t c = 0; c < o->channels;) {
            const size_t vectors = least(SF_TABLE_VECTORS, (o->channels - c) / code->lanes);
            code->tile(
                own->tables, own->scales, groups, panel + (tap * o->channels + c) * code->word_bytes, columns, vectors, to, nothing, 1);
            c += vectors * code->lanes;
            for (size_t r = 0; r < rows; r++)
                if (to[r] != NULL) to[r] += vectors * code->lanes;
        }
    }
}

void sf_table_spread_run(const sf_patch_spread* o, const sf_table_code* code) {
    sf_table_space own;
    const size_t share_depth = share(o->outputs, code), columns = o->map.taps * o->channels;
    const size_t panel_bytes = words_of(code, share_depth) * columns * code->word_bytes;
    for (size_t item = o->first_item; item < o->first_item + o->items; item++) {
        float* dx = o->dx + item * o->pixels * o->dx_row;
        for (size_t p = 0; p < o->pixels; p++) memset(dx + p * o->dx_row, 0, o->channels * sizeof *dx);
        for (size_t entry = 0; entry < o->map.entries; entry += SF_TABLE_ROWS) {
            const size_t rows = least(SF_TABLE_ROWS, o->map.entries - entry);
            const float* dz = o->dz + (item * o->map.entries + entry) * o->dz_row;
            const unsigned char* panel = o->signs;
            for (size_t first = 0; first < o->outputs; first += share_depth, panel += panel_bytes) {
                const size_t depth = least(share_depth, o->outputs - first);
                code->build(dz + first, o->dz_row, 1, o->factors != NULL ? o->factors + first : NULL, rows, depth, own.tables, own.scales);
                spread_tile(o, &own, panel, pieces(depth, code->group), o->map.sources + entry * o->map.taps, rows, dx, code);
            }
        }
    }
}

// ---- products of signs under the window with a kernel of reals: outputs have the tables, positions are the columns

int sf_table_product_fits(const sf_patch_product* o) {
    if (o->image.reals != NULL || o->b == NULL || o->b_depth != 1 || o->b_tap != o->image.channels || o->targets != NULL || o->map.taps * o->image.channels > 1 << 16)
        return 0;
    for (size_t t = 0; t < o->map.taps; t++)
        if (o->b_taps[t] != (int32_t)t) return 0;
    if (o->image.outside != 0) return 1;
    for (size_t i = 0; i < o->map.entries * o->map.taps; i++)
        if (o->map.sources[i] < 0) return 0;
    return 1;
}

/// The bits under the window of one row of patches, tap after tap without gaps, as words of 32 at `words[w · stride]`.
static void gather_words(const sf_patch_product* o, size_t row, uint32_t* words, size_t stride) {
    const sf_patch_image* image = &o->image;
    const int32_t* sources = o->map.sources + row % o->map.entries * o->map.taps;
    const uint64_t* bits = image->bits + row / o->map.entries * image->pixels * image->stride;
    uint64_t held = 0;
    size_t count = 0;
    const size_t shift = image->first % 64;
    if (image->channels <= 32 && shift + image->channels <= 64) {
        // Of few channels a tap is one run of bits.
        const uint64_t mask = ((uint64_t)1 << image->channels) - 1;
        bits += image->first / 64;
        for (size_t t = 0; t < o->map.taps; t++) {
            const uint64_t word = sources[t] < 0 ? ~(uint64_t)0 : bits[(size_t)sources[t] * image->stride] >> shift;
            held |= (word & mask) << count;
            count += image->channels;
            if (count < 32) continue;
            *words = (uint32_t)held;
            words += stride, held >>= 32, count -= 32;
        }
        if (count > 0) *words = (uint32_t)held;
        return;
    }
    for (size_t t = 0; t < o->map.taps; t++)
        for (size_t k = 0; k < image->channels;) {
            const size_t at = image->first + k, some = least(least(32, image->channels - k), 64 - at % 64);
            // Outside are ones: with zeros there the product does not go this way.
            uint64_t next = sources[t] < 0 ? ~(uint64_t)0 : bits[(size_t)sources[t] * image->stride + at / 64] >> at % 64;
            next &= ((uint64_t)1 << some) - 1;
            held |= next << count;
            count += some, k += some;
            if (count >= 32) {
                *words = (uint32_t)held;
                words += stride, held >>= 32, count -= 32;
            }
        }
    if (count > 0) *words = (uint32_t)held;
}

/// Positions of a block: what the tables of an output are used for.
enum { SF_TABLE_POSITIONS = 512 };

void sf_table_product_run(const sf_patch_product* o, void* scratch, const sf_table_code* code) {
    sf_table_space own;
    _Alignas(64) float sums[SF_TABLE_ROWS * SF_TABLE_POSITIONS];
    sf_patch_space* const space = scratch;
    uint32_t* const panel = (uint32_t*)space->a_block;
    const size_t total = o->map.taps * o->image.channels, words = pieces(total, 32);
    static const float* const nothing[SF_TABLE_VECTORS] = {NULL, NULL};
    // As many positions as the panel has room for.
    const size_t most = least(SF_TABLE_POSITIONS, sizeof space->a_block / (words * sizeof *panel) / code->lanes * code->lanes);
    for (size_t row = 0; row < o->rows; row += most) {
        const size_t rows = least(most, o->rows - row), columns = pieces(rows, code->lanes) * code->lanes;
        for (size_t r = 0; r < columns; r++) {
            if (r < rows) gather_words(o, o->first_row + row + r, panel + r, columns);
            else
                for (size_t w = 0; w < words; w++) panel[w * columns + r] = 0;
        }
        for (size_t j = 0; j < o->columns; j += SF_TABLE_ROWS) {
            const size_t outputs = least(SF_TABLE_ROWS, o->columns - j);
            for (size_t k = 0; k < total; k += code->depth) {
                const size_t depth = least(code->depth, total - k);
                code->build(o->b + j * o->b_column + k, o->b_column, 1, NULL, outputs, depth, own.tables, own.scales);
                for (size_t c = 0; c < columns;) {
                    float* to[SF_TABLE_ROWS];
                    for (size_t i = 0; i < SF_TABLE_ROWS; i++) to[i] = sums + i * SF_TABLE_POSITIONS + c;
                    const size_t vectors = least(SF_TABLE_VECTORS, (columns - c) / code->lanes);
                    code->tile(
                        own.tables, own.scales, pieces(depth, code->group), panel + k / 32 * columns + c, columns, vectors, to, nothing, k > 0);
                    c += vectors * code->lanes;
                }
            }
            float* c = o->c + (o->first_row + row) * o->c_row + j;
            size_t r = 0;
            if (outputs == SF_TABLE_ROWS)
                for (; r + code->lanes <= rows; r += code->lanes) code->turn(sums + r, SF_TABLE_POSITIONS, c + r * o->c_row, o->c_row);
            for (; r < rows; r++)
                for (size_t i = 0; i < outputs; i++) c[r * o->c_row + i] = sums[i * SF_TABLE_POSITIONS + r];
        }
    }
}
