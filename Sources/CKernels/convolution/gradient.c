#include "convolution.h"
#include "expand.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/// The rows of bits that a tap covers, NULL outside the image.
static void find_rows(const sf_patch_gradient* o, sf_patch_space* space, size_t tap, size_t depth) {
    const sf_patch_image* image = &o->image;
    for (size_t k = 0; k < depth; k++) {
        const int32_t source = space->sources[k][tap];
        space->rows[k] = source < 0 ? NULL : image->bits + (space->items[k] + (size_t)source) * image->stride;
    }
}

/// Columns column … column + columns of the patches of `depth` rows, dense.
static void gather(const sf_patch_gradient* o, sf_patch_space* space, size_t column, size_t columns, size_t depth) {
    const sf_patch_image* image = &o->image;
    for (size_t j = 0; j < columns;) {
        const size_t tap = (column + j) / image->channels, channel = (column + j) % image->channels;
        const size_t count = least(columns - j, image->channels - channel), first = image->first + channel;
        for (size_t k = 0; k < depth; k++) {
            const int32_t source = space->sources[k][tap];
            const size_t pixel = space->items[k] + (size_t)source;
            float* to = space->lines + k * columns + j;
            if (source < 0)
                for (size_t c = 0; c < count; c++) to[c] = image->outside;
            else if (image->reals == NULL) sf_expand_signs(image->bits + pixel * image->stride, first, count, to);
            else
                for (size_t c = 0; c < count; c++) to[c] = image->reals[pixel * image->stride + first + c];
        }
        j += count;
    }
}

static void pack_b(
    const sf_patch_gradient* o, sf_patch_space* space, const sf_patch_code* code, size_t column, size_t columns, size_t depth, size_t* tap) {
    const sf_patch_image* image = &o->image;
    const size_t width = code->blocking->tile_columns;
    if (image->reals == NULL && code->signs != NULL && image->channels % 16 == 0 && image->first % 16 == 0 && column % 16 == 0) {
        for (size_t j = 0; j < columns; j += 16) {
            const size_t its = (column + j) / image->channels, channel = (column + j) % image->channels;
            if (its != *tap) find_rows(o, space, *tap = its, depth);
            code->signs(space->rows, (image->first + channel) / 8, image->outside, depth, space->b_panel + j, width);
        }
        return;
    }
    gather(o, space, column, columns, depth);
    code->blocking->pack_b(space->lines, 1, columns, columns, depth, space->b_panel);
}

// A block of results stays in the second-level cache while the rows pass by in chunks. dz is packed and rounded once a block, which is once
// for every `SF_GRADIENT_COLUMNS` columns; an element serves them all.
void sf_patch_gradient_run(const sf_patch_gradient* o, void* scratch, const sf_patch_code* code) {
    if (code->lines != NULL && sf_line_gradient_fits(o)) {
        sf_line_gradient_run(o, scratch, code->lines);
        return;
    }
    const sf_table_code* const tables[] = {code->tables, code->product_tables};
    for (size_t i = 0; i < 2; i++)
        if (tables[i] != NULL && sf_table_gradient_fits(o, tables[i])) {
            sf_table_gradient_run(o, scratch, tables[i]);
            return;
        }
    sf_patch_space* const space = scratch;
    const sf_blocking* blocking = code->blocking;
    const size_t width = blocking->tile_columns;
    if (o->rows == 0)
        for (size_t i = 0; i < o->outputs; i++) memset(o->dw + i * o->dw_row + o->first_column, 0, o->columns * sizeof *o->dw);
    for (size_t row = 0; row < o->rows; row += SF_DENSE_DEPTH) {
        const size_t depth = least(SF_DENSE_DEPTH, o->rows - row), units = (depth + blocking->per_unit - 1) / blocking->per_unit;
        for (size_t k = 0; k < depth; k++) {
            space->sources[k] = o->map.sources + (row + k) % o->map.entries * o->map.taps;
            space->items[k] = (row + k) / o->map.entries * o->image.pixels;
        }
        for (size_t first = 0; first < o->outputs; first += SF_PRODUCT_ROWS) {
            const size_t outputs = least(SF_PRODUCT_ROWS, o->outputs - first);
            for (size_t i = 0; i < outputs; i += blocking->tile_rows)
                blocking->pack_a(
                    o->dz + row * o->dz_row + first + i, 1, o->dz_row, least(blocking->tile_rows, outputs - i), depth,
                    space->a_block + i * units);
            size_t tap = SIZE_MAX;
            for (size_t j = 0; j < o->columns; j += width) {
                const size_t columns = least(width, o->columns - j), column = o->first_column + j;
                pack_b(o, space, code, column, columns, depth, &tap);
                for (size_t i = 0; i < outputs; i += blocking->tile_rows)
                    blocking->tile(
                        units, space->a_block + i * units, space->b_panel, o->dw + (first + i) * o->dw_row + column, o->dw_row,
                        least(blocking->tile_rows, outputs - i), columns, row > 0);
            }
        }
    }
}
