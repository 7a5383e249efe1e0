#include "blocked.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/// The loops of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", 2008) with one change: a panel of B is
/// packed right before the tiles that use it, so it never leaves the near caches. With the 128 rows of a training batch every element
/// of B is used by sixteen tiles only: too few to pay for writing all of B to memory and reading it back.
void sf_dense_blocked(const sf_dense_operands* o, float* scratch, const sf_blocking* blocking) {
    const size_t tile_rows = blocking->tile_rows, tile_columns = blocking->tile_columns;
    float* const b_panel = scratch;
    float* const a_block = scratch + SF_DENSE_WIDEST * SF_DENSE_DEPTH;
    if (o->depth == 0) {
        if (!o->accumulate)
            for (size_t i = 0; i < o->rows; i++) memset(o->c + i * o->c_row, 0, o->columns * sizeof(float));
        return;
    }
    for (size_t row = 0; row < o->rows; row += SF_DENSE_ROWS) {
        const size_t rows = least(SF_DENSE_ROWS, o->rows - row);
        for (size_t first = 0; first < o->depth; first += SF_DENSE_DEPTH) {
            const size_t depth = least(SF_DENSE_DEPTH, o->depth - first);
            const size_t units = (depth + blocking->per_unit - 1) / blocking->per_unit;
            const int add = o->accumulate || first > 0;
            for (size_t i = 0; i < rows; i += tile_rows)
                blocking->pack_a(
                    o->a + (row + i) * o->a_row + first * o->a_depth, o->a_row, o->a_depth, least(tile_rows, rows - i), depth,
                    a_block + i * units);
            for (size_t j = 0; j < o->columns; j += tile_columns) {
                const size_t columns = least(tile_columns, o->columns - j);
                blocking->pack_b(o->b + first * o->b_depth + j * o->b_column, o->b_column, o->b_depth, columns, depth, b_panel);
                for (size_t i = 0; i < rows; i += tile_rows)
                    blocking->tile(
                        units, a_block + i * units, b_panel, o->c + (row + i) * o->c_row + j, o->c_row, least(tile_rows, rows - i), columns,
                        add);
            }
        }
    }
}
