#include "anneal_bytes.h"

/// One step of the eight generators.
static void draw(uint64_t* state, uint8_t* numbers) {
    for (int i = 0; i < 8; i++) {
        uint64_t a = state[i];
        const uint64_t b = state[8 + i];
        a ^= a << 23;
        state[i] = b;
        state[8 + i] = a ^ b ^ (a >> 18) ^ (b >> 5);
        const uint64_t sum = state[8 + i] + b;
        for (int q = 0; q < 8; q++) numbers[8 * i + q] = (uint8_t)(sum >> (8 * q));
    }
}

/// Adds J of the neighbours that are +1. Returns the terms of the next variable.
static const uint32_t* add_terms(const sf_byte_run* run, const uint32_t* terms, const uint8_t* spins, int* sum) {
    for (int lane = 0; lane < SF_BYTE_LANES; lane++) sum[lane] = 0;
    for (int i = 0; i < run->plus + run->minus; i++, terms++)
        for (int lane = 0; lane < SF_BYTE_LANES; lane++)
            if (spins[*terms + (uint32_t)lane]) sum[lane] += i < run->plus ? 1 : -1;
    for (int i = 0; i < run->other; i++, terms += 2)
        for (int lane = 0; lane < SF_BYTE_LANES; lane++)
            if (spins[*terms + (uint32_t)lane]) sum[lane] += (int8_t)(uint8_t)terms[1];
    return terms;
}

void sf_byte_sweeps_reference(const sf_byte_model* model, uint8_t* spins, uint64_t* state, const uint16_t* accept, size_t sweeps) {
    for (; sweeps > 0; sweeps--, accept += SF_BYTE_ENERGIES)
        for (const sf_byte_run* run = model->runs; run < model->runs + model->run_count; run++) {
            const uint32_t* terms = model->terms + run->term;
            for (uint32_t v = run->first; v < run->first + run->count; v++) {
                int sum[SF_BYTE_LANES];
                uint8_t high[SF_BYTE_LANES], low[SF_BYTE_LANES];
                terms = add_terms(run, terms, spins, sum);
                draw(state, high), draw(state, low);
                uint8_t* own = spins + (size_t)v * SF_BYTE_LANES;
                for (int lane = 0; lane < SF_BYTE_LANES; lane++) {
                    const int field = 2 * sum[lane] - model->pull[v], d = own[lane] ? -field : field;
                    if (d < 0 || high[lane] * 256 + low[lane] < accept[d]) own[lane] = (uint8_t)~own[lane];
                }
            }
        }
}

void sf_byte_energies_reference(const sf_byte_model* model, const uint8_t* spins, int32_t* sums) {
    for (const sf_byte_run* run = model->runs; run < model->runs + model->run_count; run++) {
        const uint32_t* terms = model->terms + run->term;
        for (uint32_t v = run->first; v < run->first + run->count; v++) {
            int sum[SF_BYTE_LANES];
            terms = add_terms(run, terms, spins, sum);
            for (int lane = 0; lane < SF_BYTE_LANES; lane++) {
                const int field = 2 * sum[lane] - model->pull[v] + model->field[v];
                sums[lane] += spins[(size_t)v * SF_BYTE_LANES + (size_t)lane] ? field : -field;
            }
        }
    }
}
