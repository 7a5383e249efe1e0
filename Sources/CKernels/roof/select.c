#include "../select.h"
#include "roof.h"

#define SF_KERNEL(isa, suffix, binary, bytes, f32, bf16)                                                                               \
    {isa,                                                                                                                              \
     {sf_roof_binary_##suffix, binary},                                                                                                \
     {sf_roof_bytes_##suffix, bytes},                                                                                                  \
     {sf_roof_f32_##suffix, f32},                                                                                                      \
     {sf_roof_bf16_##suffix, bf16}},
static const sf_roof variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_roof, variants)
