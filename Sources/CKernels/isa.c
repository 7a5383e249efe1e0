#include "sf_isa.h"

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t xgetbv0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

sf_isa sf_isa_best(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return SF_ISA_REFERENCE;
    const int osxsave = (c >> 27) & 1, avx = (c >> 28) & 1, fma = (c >> 12) & 1, popcnt = (c >> 23) & 1;
    if (!osxsave || !avx || !fma || !popcnt) return SF_ISA_REFERENCE;
    const uint64_t state = xgetbv0();
    if ((state & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return SF_ISA_REFERENCE;
    const int avx2 = (b >> 5) & 1, bmi2 = (b >> 8) & 1;
    if (!avx2 || !bmi2) return SF_ISA_REFERENCE;
    const uint32_t needed_b = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);  // F, DQ, BW, VL
    const uint32_t needed_c = (1u << 1) | (1u << 11) | (1u << 14);                // VBMI, VNNI, VPOPCNTDQ
    if ((state & 0xE6) != 0xE6 || (b & needed_b) != needed_b || (c & needed_c) != needed_c) return SF_ISA_AVX2;
    const uint32_t needed_d = (1u << 22) | (1u << 24) | (1u << 25);  // AMX bf16, tile, int8
    // Linux hands out the tile registers on request; the kernels that use them ask (see the AMX engine), so the CPU flag is enough here.
    if ((state & 0x60000) != 0x60000 || (d & needed_d) != needed_d) return SF_ISA_AVX512;
    return SF_ISA_AMX;
}
#elif defined(__aarch64__)
sf_isa sf_isa_best(void) { return SF_ISA_NEON; }
#else
sf_isa sf_isa_best(void) { return SF_ISA_REFERENCE; }
#endif

int sf_isa_supported(sf_isa isa) {
    const sf_isa best = sf_isa_best();
    return isa == SF_ISA_REFERENCE || (isa <= best && (isa >= SF_ISA_NEON) == (best >= SF_ISA_NEON));
}

int sf_isa_loads_pay(void) {
#if defined(__x86_64__)
    uint32_t a, b, c, d;
    return __get_cpuid(0, &a, &b, &c, &d) && b == 0x756E6547;  // "Genu", of GenuineIntel
#else
    return 0;
#endif
}

int sf_isa_pairs_pay(void) { return sf_isa_best() != SF_ISA_AMX; }
