#include "../transpose.h"
#include "anneal_planes.h"

void sf_planes_to_rows(const uint64_t* planes, const uint32_t* order, size_t variables, uint64_t* rows, size_t words) {
    for (size_t block = 0; block < words; block++)
        for (size_t w = 0; w < SF_PLANE_WORDS; w++) {
            uint64_t a[64] = {0};
            for (size_t i = 0; i < 64 && 64 * block + i < variables; i++) a[i] = planes[order[64 * block + i] * (size_t)SF_PLANE_WORDS + w];
            sf_transpose_64(a);
            for (size_t lane = 0; lane < 64; lane++) rows[(64 * w + lane) * words + block] = a[lane];
        }
}

void sf_rows_to_planes(const uint64_t* rows, size_t words, const uint32_t* order, size_t variables, uint64_t* planes) {
    for (size_t block = 0; block < words; block++)
        for (size_t w = 0; w < SF_PLANE_WORDS; w++) {
            uint64_t a[64];
            for (size_t lane = 0; lane < 64; lane++) a[lane] = rows[(64 * w + lane) * words + block];
            sf_transpose_64(a);
            for (size_t i = 0; i < 64 && 64 * block + i < variables; i++) planes[order[64 * block + i] * (size_t)SF_PLANE_WORDS + w] = a[i];
        }
}
