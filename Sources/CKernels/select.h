/// How `…_select` is made from a `kernels.inc`: rows stand best first, the reference last.
#ifndef SPINFLIP_SELECT_H
#define SPINFLIP_SELECT_H

#include "sf_isa.h"

/// A variant may run under `allowed` when it is portable or at or below that level on the same architecture.
static inline int sf_isa_allows(sf_isa allowed, sf_isa variant) {
    return variant == SF_ISA_REFERENCE || (variant <= allowed && (variant >= SF_ISA_NEON) == (allowed >= SF_ISA_NEON));
}

#define SF_DEFINE_SELECT(type, table)                                                                                                  \
    const type* type##_select(sf_isa isa) {                                                                                            \
        const type* row = table;                                                                                                       \
        while (!sf_isa_allows(isa, row->isa)) row++;                                                                                   \
        return row;                                                                                                                    \
    }

#endif
