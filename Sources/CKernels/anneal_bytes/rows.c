#include "../transpose.h"
#include "anneal_bytes.h"

void sf_bytes_to_rows(const uint8_t* spins, const uint32_t* order, size_t variables, uint64_t* rows, size_t words) {
    for (size_t block = 0; block < words; block++) {
        uint64_t a[64] = {0};
        for (size_t i = 0; i < 64 && 64 * block + i < variables; i++) {
            const uint8_t* from = spins + (size_t)order[64 * block + i] * SF_BYTE_LANES;
            for (size_t lane = 0; lane < SF_BYTE_LANES; lane++) a[i] |= (uint64_t)(from[lane] & 1) << lane;
        }
        sf_transpose_64(a);
        for (size_t lane = 0; lane < SF_BYTE_LANES; lane++) rows[lane * words + block] = a[lane];
    }
}

void sf_rows_to_bytes(const uint64_t* rows, size_t words, const uint32_t* order, size_t variables, uint8_t* spins) {
    for (size_t v = 0; v < variables; v++) {
        uint8_t* to = spins + (size_t)order[v] * SF_BYTE_LANES;
        for (size_t lane = 0; lane < SF_BYTE_LANES; lane++) to[lane] = (rows[lane * words + v / 64] >> (v % 64) & 1) ? 0xFF : 0;
    }
}
