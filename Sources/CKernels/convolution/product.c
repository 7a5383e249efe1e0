#include "convolution.h"
#include "expand.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/// A piece of the depth that is packed at a time: channels k … k + depth of `taps` taps from `tap` on. Several taps only when all of their
/// channels fit.
typedef struct {
    size_t tap, taps, k, depth;
    /// `depth` rounded up to whole units: where the next tap begins in a panel.
    size_t padded;
} sf_chunk;

/// The values of one row of patches, taps padded with 0.
static void gather_line(const sf_patch_product* o, const int32_t* sources, size_t item, const sf_chunk* chunk, float* line) {
    const sf_patch_image* image = &o->image;
    for (size_t t = 0; t < chunk->taps; t++, line += chunk->padded) {
        const int32_t source = sources[chunk->tap + t];
        const size_t first = image->first + chunk->k;
        if (source < 0)
            for (size_t k = 0; k < chunk->depth; k++) line[k] = image->outside;
        else if (image->reals == NULL)
            sf_expand_signs(image->bits + (item + (size_t)source) * image->stride, first, chunk->depth, line);
        else if (chunk->depth >= 32)
            memcpy(line, image->reals + (item + (size_t)source) * image->stride + first, chunk->depth * sizeof *line);
        else {
            // Few values: a call costs more than the copy.
            const float* from = image->reals + (item + (size_t)source) * image->stride + first;
            size_t k = 0;
            for (; k + 4 <= chunk->depth; k += 4) memcpy(line + k, from + k, 4 * sizeof *line);
            for (; k < chunk->depth; k++) line[k] = from[k];
        }
        for (size_t k = chunk->depth; k < chunk->padded; k++) line[k] = 0;
    }
}

/// Whether `count` rows read pixels that follow each other.
static int consecutive(const int32_t* const* sources, const size_t* items, size_t tap, size_t count) {
    const size_t start = items[0] + (size_t)sources[0][tap];
    if (sources[0][tap] < 0) return 0;
    for (size_t i = 1; i < count; i++)
        if (sources[i][tap] < 0 || items[i] + (size_t)sources[i][tap] != start + i) return 0;
    return 1;
}

static void pack_a(const sf_patch_product* o, sf_patch_space* space, const sf_blocking* blocking, size_t rows, const sf_chunk* chunk) {
    const size_t total = chunk->taps * chunk->padded, units = (total + blocking->per_unit - 1) / blocking->per_unit;
    for (size_t i = 0; i < rows; i += blocking->tile_rows) {
        const size_t count = least(blocking->tile_rows, rows - i);
        float* panel = space->a_block + i * units;
        if (o->image.reals != NULL && chunk->taps == 1 && consecutive(space->sources + i, space->items + i, chunk->tap, count)) {
            const size_t pixel = space->items[i] + (size_t)space->sources[i][chunk->tap];
            blocking->pack_a(
                o->image.reals + pixel * o->image.stride + o->image.first + chunk->k, o->image.stride, 1, count, chunk->depth, panel);
            continue;
        }
        for (size_t r = 0; r < count; r++)
            gather_line(o, space->sources[i + r], space->items[i + r], chunk, space->lines + r * SF_DENSE_DEPTH);
        blocking->pack_a(space->lines, SF_DENSE_DEPTH, 1, count, total, panel);
    }
}

static void pack_b(
    const sf_patch_product* o, sf_patch_space* space, const sf_patch_code* code, size_t column, size_t columns, const sf_chunk* chunk) {
    const sf_blocking* blocking = code->blocking;
    const size_t width = blocking->tile_columns;
    if (o->b != NULL) {
        for (size_t t = 0; t < chunk->taps; t++)
            blocking->pack_b(
                o->b + (size_t)o->b_taps[chunk->tap + t] * o->b_tap + chunk->k * o->b_depth + column * o->b_column, o->b_column, o->b_depth, columns,
                chunk->depth, space->b_panel + t * (chunk->padded / blocking->per_unit) * width);
        return;
    }
    const size_t first = o->b_first + column, total = chunk->taps * chunk->padded;
    for (size_t t = 0; t < chunk->taps; t++)
        for (size_t k = 0; k < chunk->padded; k++)
            space->rows[t * chunk->padded + k] =
                k < chunk->depth ? o->b_bits + (size_t)o->b_taps[chunk->tap + t] * o->b_tap + (chunk->k + k) * o->b_depth : NULL;
    if (code->signs != NULL && first % 16 == 0) {
        for (size_t j = 0; j < columns; j += 16) code->signs(space->rows, (first + j) / 8, 0, total, space->b_panel + j, width);
        return;
    }
    for (size_t k = 0; k < total; k++) {
        float* line = space->lines + k * columns;
        if (space->rows[k] != NULL) sf_expand_signs(space->rows[k], first, columns, line);
        else
            for (size_t j = 0; j < columns; j++) line[j] = 0;
    }
    blocking->pack_b(space->lines, 1, columns, columns, total, space->b_panel);
}

/// Where a row of the product goes.
static float* target(const sf_patch_product* o, size_t row) {
    if (o->targets == NULL) return o->c + row * o->c_row;
    return o->c + (row / o->map.entries * o->c_pixels + (size_t)o->targets[row % o->map.entries]) * o->c_row;
}

/// Adds a tile to, or puts it in, rows that do not follow each other.
static void scatter(
    const sf_patch_product* o, const sf_patch_space* space, size_t row, size_t rows, size_t column, size_t columns, size_t width, int add) {
    for (size_t i = 0; i < rows; i++) {
        float* to = target(o, o->first_row + row + i) + column;
        const float* from = space->tile + i * width;
        for (size_t j = 0; j < columns; j++) to[j] = add ? to[j] + from[j] : from[j];
    }
}

/// The product of a block of rows and a chunk of the depth.
static void block(
    const sf_patch_product* o, sf_patch_space* space, const sf_patch_code* code, size_t row, size_t rows, const sf_chunk* chunk, int add) {
    const sf_blocking* blocking = code->blocking;
    const size_t width = blocking->tile_columns, units = (chunk->taps * chunk->padded + blocking->per_unit - 1) / blocking->per_unit;
    pack_a(o, space, blocking, rows, chunk);
    for (size_t j = 0; j < o->columns; j += width) {
        const size_t columns = least(width, o->columns - j);
        pack_b(o, space, code, j, columns, chunk);
        for (size_t i = 0; i < rows; i += blocking->tile_rows) {
            const size_t count = least(blocking->tile_rows, rows - i);
            const float* a = space->a_block + i * units;
            if (o->targets == NULL) {
                blocking->tile(units, a, space->b_panel, target(o, o->first_row + row + i) + j, o->c_row, count, columns, add);
            } else {
                blocking->tile(units, a, space->b_panel, space->tile, width, count, columns, 0);
                scatter(o, space, row + i, count, j, columns, width, add);
            }
        }
    }
}

/// The same of an image and a kernel of reals with few columns: nothing of the image is packed.
static void narrow_block(
    const sf_patch_product* o, sf_patch_space* space, const sf_narrow_code* code, size_t row, size_t rows, const sf_chunk* chunk, int add) {
    const sf_patch_image* image = &o->image;
    for (size_t t = 0; t < chunk->taps; t++)
        code->pack_b(
            o->b + (size_t)o->b_taps[chunk->tap + t] * o->b_tap + chunk->k * o->b_depth, o->b_column, o->b_depth, o->columns, chunk->depth,
            space->b_panel + t * chunk->depth * SF_NARROW_COLUMNS);
    for (size_t k = 0; k < chunk->depth; k++) space->outside[k] = image->outside;
    const float* const from = image->reals + image->first + chunk->k;
    for (size_t i = 0; i < rows; i += SF_NARROW_ROWS) {
        const size_t count = least(SF_NARROW_ROWS, rows - i);
        float* to[SF_NARROW_ROWS];
        for (size_t r = 0; r < SF_NARROW_ROWS; r++) {
            // A tile reads all of its rows: past the end the last one again.
            const size_t at = i + least(r, count - 1);
            const int32_t* sources = space->sources[at] + chunk->tap;
            const float* const item = from + space->items[at] * image->stride;
            for (size_t t = 0; t < chunk->taps; t++)
                space->begins[t * SF_NARROW_ROWS + r] = sources[t] < 0 ? space->outside : item + (size_t)sources[t] * image->stride;
            to[r] = target(o, o->first_row + row + at);
        }
        code->tile(space->begins, chunk->taps, chunk->depth, space->b_panel, to, count, o->columns, add);
    }
}

static int is_narrow(const sf_patch_product* o, const sf_narrow_code* code) {
    return code != NULL && o->image.reals != NULL && o->b != NULL && o->columns <= SF_NARROW_COLUMNS;
}

/// Whether a chunk adds nothing to any row: all of its sources lie outside, where there is 0.
static int is_empty(const sf_patch_product* o, const sf_patch_space* space, size_t rows, const sf_chunk* chunk) {
    if (o->image.outside != 0) return 0;
    for (size_t t = 0; t < chunk->taps; t++)
        for (size_t i = 0; i < rows; i++)
            if (space->sources[i][chunk->tap + t] >= 0) return 0;
    return 1;
}

static void zero(const sf_patch_product* o, size_t row, size_t rows) {
    for (size_t i = 0; i < rows; i++) memset(target(o, o->first_row + row + i), 0, o->columns * sizeof *o->c);
}

void sf_patch_product_run(const sf_patch_product* o, void* scratch, const sf_patch_code* code) {
    sf_patch_space* const space = scratch;
    if (code->product_tables != NULL && sf_table_product_fits(o)) {
        sf_table_product_run(o, scratch, code->product_tables);
        return;
    }
    const int narrow = is_narrow(o, code->narrow);
    const size_t unit = narrow ? 1 : code->blocking->per_unit, channels = o->image.channels, padded = (channels + unit - 1) / unit * unit;
    // Chunks of single taps are cut evenly, chunks of several hold whole ones.
    const size_t together = padded > SF_DENSE_DEPTH / 2 ? 1 : SF_DENSE_DEPTH / padded;
    for (size_t row = 0; row < o->rows; row += SF_PRODUCT_ROWS) {
        const size_t rows = least(SF_PRODUCT_ROWS, o->rows - row);
        for (size_t i = 0; i < rows; i++) {
            const size_t at = o->first_row + row + i;
            space->sources[i] = o->map.sources + at % o->map.entries * o->map.taps;
            space->items[i] = at / o->map.entries * o->image.pixels;
        }
        int started = 0;
        for (size_t tap = 0; tap < o->map.taps; tap += together)
            for (size_t k = 0; k < channels; k += SF_DENSE_DEPTH) {
                const size_t depth = least(SF_DENSE_DEPTH, channels - k);
                const sf_chunk chunk = {tap, least(together, o->map.taps - tap), k, depth, (depth + unit - 1) / unit * unit};
                if (is_empty(o, space, rows, &chunk)) continue;
                if (narrow) narrow_block(o, space, code->narrow, row, rows, &chunk, started);
                else block(o, space, code, row, rows, &chunk, started);
                started = 1;
            }
        if (!started) zero(o, row, rows);
    }
}
