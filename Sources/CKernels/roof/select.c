#include "../select.h"
#include "roof.h"

#define SF_KERNEL(isa, suffix, binary, bytes) {isa, {sf_roof_binary_##suffix, binary}, {sf_roof_bytes_##suffix, bytes}},
static const sf_roof variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_roof, variants)
