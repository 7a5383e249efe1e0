#include <math.h>

#include "real_product.h"

void sf_real_product_reference(const sf_real_operands* o) {
    const size_t depth = o->runs * o->run;
    for (size_t i = 0; i < o->rows; i++)
        for (size_t j = 0; j < o->columns; j++) {
            const float* b = o->b + j / SF_REAL_PANEL * depth * SF_REAL_PANEL + j % SF_REAL_PANEL;
            float sum = 0;
            for (size_t t = 0; t < o->runs; t++) {
                const float* a = o->a + o->starts[i] + o->pieces[t];
                for (size_t r = 0; r < o->run; r++, b += SF_REAL_PANEL) sum = fmaf(a[r], *b, sum);
            }
            o->c[i * o->c_row + j] = sum;
        }
}

void sf_real_depthwise_reference(const float* image, const sf_windows* windows, const float* kernel, float* out) {
    const size_t taps = windows->taps, channels = windows->channels;
    for (size_t p = 0; p < windows->positions; p++)
        for (size_t c = 0; c < channels; c++) {
            float sum = 0;
            for (size_t t = 0; t < taps; t++) {
                const int32_t offset = windows->offsets[p * taps + t];
                sum = fmaf(offset < 0 ? windows->outside : image[(size_t)offset + c], kernel[t * channels + c], sum);
            }
            out[p * channels + c] = sum;
        }
}
