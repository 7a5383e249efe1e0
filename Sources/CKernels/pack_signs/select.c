#include "../select.h"
#include "pack_signs.h"

#define SF_KERNEL(isa, suffix) {isa, sf_pack_signs_##suffix, sf_pack_within_##suffix, sf_unpack_signs_##suffix},
static const sf_pack_signs variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_pack_signs, variants)
