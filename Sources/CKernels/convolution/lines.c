#include "lines.h"

#include <string.h>

static size_t least(size_t a, size_t b) { return a < b ? a : b; }
static size_t pieces(size_t extent, size_t size) { return (extent + size - 1) / size; }

// ---- the gradient of a kernel: lines are outputs, the depth are the positions

int sf_line_gradient_fits(const sf_patch_gradient* o) {
    return o->image.reals == NULL && o->image.channels % SF_LINE_BLOCK == 0 && o->image.first % 64 == 0 && o->first_column % SF_LINE_BLOCK == 0
        && o->columns % SF_LINE_BLOCK == 0;
}

/// Sources and items of the rows of a chunk.
static void find_rows(const sf_patch_gradient* o, sf_line_space* space, size_t row, size_t depth) {
    const sf_patch_image* image = &o->image;
    size_t entry = row % o->map.entries;
    const uint64_t* item = image->bits + row / o->map.entries * image->pixels * image->stride;
    for (size_t k = 0; k < depth; k++) {
        space->sources[k] = o->map.sources + entry * o->map.taps;
        space->items[k] = item;
        if (++entry == o->map.entries) entry = 0, item += image->pixels * image->stride;
    }
}

/// The panel of a chunk; where zeros stand outside, whose bits count as -1, what they take from each output is what its sums start with.
static void pack_chunk(const sf_patch_gradient* o, sf_line_space* space, size_t row, size_t depth, const sf_line_code* code) {
    const sf_patch_image* image = &o->image;
    const size_t first_tap = o->first_column / image->channels;
    for (size_t j = 0; j < o->columns;) {
        const size_t tap = (o->first_column + j) / image->channels;
        float* start = space->start[tap - first_tap];
        memset(start, 0, o->outputs * sizeof *start);
        for (size_t k = 0; k < depth; k++) {
            const int32_t source = space->sources[k][tap];
            space->rows[k] = source < 0 ? NULL : space->items[k] + (size_t)source * image->stride;
            if (source >= 0 || image->outside != 0) continue;
            const float* dz = o->dz + (row + k) * o->dz_row;
            for (size_t i = 0; i < o->outputs; i++) start[i] += dz[i];
        }
        const size_t end = least(o->columns, (tap + 1) * image->channels - o->first_column);
        for (; j < end; j += SF_LINE_BLOCK) {
            const size_t word = (image->first + (o->first_column + j) % image->channels) / 64;
            for (size_t k = 0; k < depth; k += SF_LINE_STAGE)
                code->pack(
                    space->rows + k, word, least(SF_LINE_STAGE, depth - k), image->outside != 0,
                    space->panel + k / SF_LINE_STAGE * 2 * o->columns + j, o->columns);
        }
    }
}

/// Some columns of some outputs over all rows.
static void gradient_block(const sf_patch_gradient* o, sf_line_space* space, const sf_line_code* code) {
    const size_t channels = o->image.channels, first_tap = o->first_column / channels;
    for (size_t row = 0; row < o->rows; row += SF_LINE_DEPTH) {
        const size_t depth = least(SF_LINE_DEPTH, o->rows - row);
        find_rows(o, space, row, depth);
        pack_chunk(o, space, row, depth, code);
        for (size_t i = 0; i < o->outputs; i += code->lanes) {
            const size_t outputs = least(code->lanes, o->outputs - i);
            const float* dz = o->dz + row * o->dz_row + i;
            code->scale(dz, o->dz_row, outputs, depth, space->scales, space->back);
            for (size_t k = 0; k < depth; k += SF_LINE_STAGE) {
                code->build(dz + k * o->dz_row, o->dz_row, outputs, least(SF_LINE_STAGE, depth - k), space->scales, space->tables);
                const uint64_t* panel = space->panel + k / SF_LINE_STAGE * 2 * o->columns;
                for (size_t j = 0; j < o->columns;) {
                    const size_t tap = (o->first_column + j) / channels, end = least(o->columns, (tap + 1) * channels - o->first_column);
                    const sf_line_sums sums = {
                        .to = space->sums + i * o->columns + j * code->lanes, .add = row > 0, .back = space->back,
                        .start = space->start[tap - first_tap] + i};
                    code->run(
                        space->tables, panel + j, o->columns, end - j, space->kept + j * SF_LINE_LANES, k == 0,
                        k + SF_LINE_STAGE >= depth ? &sums : NULL);
                    j = end;
                }
            }
        }
    }
    for (size_t i = 0; i < o->outputs; i += code->lanes)
        for (size_t j = 0; j < o->columns; j += SF_LINE_BLOCK) {
            float* rows[SF_LINE_LANES];
            for (size_t l = 0; l < code->lanes; l++) rows[l] = i + l < o->outputs ? o->dw + (i + l) * o->dw_row + o->first_column + j : NULL;
            code->turn(space->sums + i * o->columns + j * code->lanes, rows);
        }
}

void sf_line_gradient_run(const sf_patch_gradient* o, void* scratch, const sf_line_code* code) {
    if (o->rows == 0) {
        for (size_t i = 0; i < o->outputs; i++) memset(o->dw + i * o->dw_row + o->first_column, 0, o->columns * sizeof *o->dw);
        return;
    }
    const size_t share = pieces(pieces(o->columns, pieces(o->columns, SF_LINE_COLUMNS)), SF_LINE_BLOCK) * SF_LINE_BLOCK;
    for (size_t i = 0; i < o->outputs; i += SF_LINE_OUTPUTS)
        for (size_t j = 0; j < o->columns; j += share) {
            sf_patch_gradient block = *o;
            block.dz += i, block.dw += i * o->dw_row, block.outputs = least(SF_LINE_OUTPUTS, o->outputs - i);
            block.first_column = o->first_column + j, block.columns = least(share, o->columns - j);
            gradient_block(&block, scratch, code);
        }
}

// ---- the gradient of an image: lines are positions, the depth are the outputs

/// Stages of the depth, each of which begins with a stage of the kernel's panel.
static size_t stages(size_t outputs) { return pieces(outputs, SF_LINE_STAGE); }

size_t sf_line_panel_bytes(size_t outputs, size_t taps, size_t channels) { return stages(outputs) * 2 * taps * channels * sizeof(uint64_t); }

void sf_line_panel(
    const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* panel, const sf_line_code* code) {
    const size_t columns = taps * channels;
    for (size_t first = 0; first < outputs; first += SF_LINE_STAGE) {
        const size_t depth = least(SF_LINE_STAGE, outputs - first);
        for (size_t c = 0; c < channels; c += SF_LINE_BLOCK) {
            const uint64_t* rows[SF_LINE_STAGE];
            for (size_t k = 0; k < depth; k++) rows[k] = bits + ((first + k) * taps + tap) * words;
            code->pack(rows, c / 64, depth, 0, (uint64_t*)panel + first / SF_LINE_STAGE * 2 * columns + tap * channels + c, columns);
        }
    }
}

/// Columns whose sums stay in the second-level cache.
enum { SF_SPREAD_COLUMNS = 2304 };

typedef struct {
    _Alignas(64) unsigned char tables[SF_LINE_GROUPS * SF_LINE_TABLE];
    float values[(SF_LINE_DEPTH + 16) * SF_LINE_LANES];
    int16_t kept[SF_SPREAD_COLUMNS * SF_LINE_LANES];
    float scales[SF_LINE_LANES], back[SF_LINE_LANES];
} sf_spread_space;

/// Sums of some columns for `rows` positions, which follow each other from entry `entry` of item `item`, on to the pixels under the window.
static void spread_block(
    const sf_patch_spread* o, sf_spread_space* own, size_t item, size_t entry, size_t rows, size_t first, size_t columns, const sf_line_code* code) {
    const size_t all = o->map.taps * o->channels;
    const float* dz = o->dz + (item * o->map.entries + entry) * o->dz_row;
    const int32_t* sources[SF_LINE_LANES];
    float* items[SF_LINE_LANES];
    for (size_t r = 0; r < rows; r++) {
        sources[r] = o->map.sources + (entry + r) % o->map.entries * o->map.taps;
        items[r] = o->dx + (item + (entry + r) / o->map.entries) * o->pixels * o->dx_row;
    }
    for (size_t k = 0; k < o->outputs; k += SF_LINE_DEPTH) {
        const size_t depth = least(SF_LINE_DEPTH, o->outputs - k);
        code->lay(dz + k, o->dz_row, rows, depth, o->factors != NULL ? o->factors + k : NULL, own->values);
        code->scale(own->values, code->lanes, code->lanes, depth, own->scales, own->back);
        for (size_t s = 0; s < depth; s += SF_LINE_STAGE) {
            code->build(own->values + s * code->lanes, code->lanes, code->lanes, least(SF_LINE_STAGE, depth - s), own->scales, own->tables);
            code->run(own->tables, (const uint64_t*)o->signs + (k + s) / SF_LINE_STAGE * 2 * all + first, all, columns, own->kept, s == 0, NULL);
        }
        for (size_t j = 0; j < columns; j += SF_LINE_BLOCK) {
            const size_t tap = (first + j) / o->channels, channel = (first + j) % o->channels;
            float* to[SF_LINE_LANES] = {NULL};
            for (size_t r = 0; r < rows; r++) {
                const int32_t source = sources[r][tap];
                if (source >= 0) to[r] = items[r] + (size_t)source * o->dx_row + channel;
            }
            code->turn_kept(own->kept + j * SF_LINE_LANES, own->back, to);
        }
    }
}

void sf_line_spread_run(const sf_patch_spread* o, const sf_line_code* code) {
    sf_spread_space own;
    const size_t all = o->map.taps * o->channels, share = pieces(pieces(all, pieces(all, SF_SPREAD_COLUMNS)), SF_LINE_BLOCK) * SF_LINE_BLOCK;
    // Blocks of positions within an item, or of whole items, so that the order of sums does not depend on where a call begins.
    const size_t items = o->map.entries >= code->lanes ? 1 : code->lanes / o->map.entries;
    for (size_t item = o->first_item; item < o->first_item + o->items; item += items) {
        const size_t count = least(items, o->first_item + o->items - item), rows = count * o->map.entries;
        float* dx = o->dx + item * o->pixels * o->dx_row;
        for (size_t p = 0; p < count * o->pixels; p++) memset(dx + p * o->dx_row, 0, o->channels * sizeof *dx);
        for (size_t entry = 0; entry < rows; entry += code->lanes)
            for (size_t j = 0; j < all; j += share)
                spread_block(o, &own, item, entry, least(code->lanes, rows - entry), j, least(share, all - j), code);
    }
}
