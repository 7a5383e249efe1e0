#ifndef SPINFLIP_WEIGHT_FLIPS_INTERNAL_H
#define SPINFLIP_WEIGHT_FLIPS_INTERNAL_H

#include <string.h>

#include "../compiler.h"
#include "../include/sf_weight_flips.h"

#define SF_KERNEL(isa, suffix) extern const sf_weight_flips sf_weight_flips_##suffix;
#include "kernels.inc"
#undef SF_KERNEL

#define SF_WEIGHT_FLIPS_TABLE(isa)                                                                                                     \
    {                                                                                                                                  \
        isa, SF_NAME(step), SF_NAME(loss), SF_NAME(step_loss), SF_NAME(step_margin), SF_NAME(advance16), SF_NAME(advance32),           \
            SF_NAME(column16), SF_NAME(column32), SF_NAME(margins16), SF_NAME(margins32), SF_NAME(hinge16), SF_NAME(hinge32),          \
            SF_NAME(scores16), SF_NAME(scores32), SF_NAME(hinge_rows16), SF_NAME(hinge_rows32), SF_NAME(column_sums),                  \
    }

#endif
