#include "anneal_planes.h"

/// One step of the eight generators.
static void draw(uint64_t* state, uint16_t* numbers) {
    for (int i = 0; i < 8; i++) {
        uint64_t a = state[i];
        const uint64_t b = state[8 + i];
        a ^= a << 23;
        state[i] = b;
        state[8 + i] = a ^ b ^ (a >> 18) ^ (b >> 5);
        const uint64_t sum = state[8 + i] + b;
        for (int q = 0; q < 4; q++) numbers[4 * i + q] = (uint16_t)(sum >> (16 * q));
    }
}

/// The lanes that take part, for variables v mod 8.
static void draw_masks(uint64_t* state, const uint16_t* accept, uint64_t masks[SF_PLANE_MASKS][SF_PLANE_WORDS]) {
    for (int m = 0; m < SF_PLANE_MASKS; m++)
        for (int w = 0; w < SF_PLANE_WORDS; w++) masks[m][w] = ~(uint64_t)0;
    if (accept[1] == 0 && accept[2] == 0) return;
    for (int m = 0; m < SF_PLANE_MASKS; m++) {
        uint64_t out[SF_PLANE_WORDS];
        for (int w = 0; w < SF_PLANE_WORDS; w++) out[w] = ~(uint64_t)0;
        for (int step = 0; step < 5; step++) {
            uint16_t numbers[SF_PLANE_CHUNK];
            draw(state, numbers);
            for (int i = 0; i < SF_PLANE_CHUNK; i++) out[i / 4] &= (uint64_t)numbers[i] << (16 * (i % 4)) | ~((uint64_t)0xFFFF << (16 * (i % 4)));
        }
        for (int w = 0; w < SF_PLANE_WORDS; w++) masks[m][w] = ~out[w];
    }
}

/// Adds a plane's word at a level of a bit-sliced sum.
static void add(uint64_t* sum, int level, uint64_t word) {
    for (int b = level; b < SF_PLANE_LEVELS; b++) {
        const uint64_t carry = sum[b] & word;
        sum[b] ^= word;
        word = carry;
    }
}

/// The lanes whose sum is at least k.
static uint64_t at_least(const uint64_t* sum, int k) {
    uint64_t result = ~(uint64_t)0;
    for (int b = 0; b < SF_PLANE_LEVELS; b++) result = k >> b & 1 ? sum[b] & result : sum[b] | result;
    return result;
}

static int clamped(int k, int weight) { return k < 0 ? 0 : k > weight + 1 ? weight + 1 : k; }

static uint64_t word_of(const uint64_t* planes, uint32_t distance, int w) { return planes[distance / 8 + (size_t)w]; }

void sf_plane_sweeps_reference(const sf_plane_model* model, uint64_t* planes, uint64_t* state, const uint16_t* accept, size_t sweeps) {
    for (; sweeps > 0; sweeps--, accept += SF_PLANE_ENERGIES) {
        uint64_t masks[SF_PLANE_MASKS][SF_PLANE_WORDS];
        draw_masks(state, accept, masks);
        for (const sf_plane_run* run = model->runs; run < model->runs + model->run_count; run++) {
            const uint32_t* terms = model->terms + run->term;
            uint16_t numbers[SF_PLANE_CHUNK];
            for (uint32_t v = 0; v < run->count; v++) {
                if (v % SF_PLANE_CHUNK == 0) draw(state, numbers);
                uint64_t* own = planes + (size_t)(run->first + v) * SF_PLANE_WORDS;
                size_t used = 0;
                for (int w = 0; w < SF_PLANE_WORDS; w++) {
                    uint64_t sum[SF_PLANE_LEVELS] = {0};
                    used = 0;
                    for (int level = 0; level < SF_PLANE_LEVELS; level++) {
                        for (int i = 0; i < run->positive[level]; i++) add(sum, level, word_of(planes, terms[used++], w));
                        for (int i = 0; i < run->negative[level]; i++) add(sum, level, ~word_of(planes, terms[used++], w));
                    }
                    const uint16_t r = numbers[v % SF_PLANE_CHUNK];
                    int j = 0;
                    for (int d = run->parity ? 1 : 2; d < SF_PLANE_ENERGIES && accept[d] > 0; d += 2) j += r < accept[d];
                    const int up = clamped(model->up[run->first + v] - j, run->weight);
                    const int down = clamped(model->down[run->first + v] + j, run->weight);
                    const uint64_t now = (own[w] & ~at_least(sum, up)) | (~own[w] & ~at_least(sum, down));
                    const uint64_t mask = masks[(run->first + v) % SF_PLANE_MASKS][w];
                    own[w] = (now & mask) | (own[w] & ~mask);
                }
                terms += used;
            }
        }
    }
}

void sf_plane_pairs_reference(
    const uint64_t* planes, const uint32_t* pairs, size_t count, int differing, uint32_t weight, uint32_t* counts) {
    for (size_t p = 0; p < count; p++)
        for (int w = 0; w < SF_PLANE_WORDS; w++) {
            const uint64_t differ = word_of(planes, pairs[2 * p], w) ^ word_of(planes, pairs[2 * p + 1], w);
            const uint64_t counted = differing ? differ : ~differ;
            for (int k = 0; k < 64; k++) counts[64 * w + k] += (uint32_t)(counted >> k & 1) * weight;
        }
}
