/// The hot loops of Spinflip. C11, no allocation, no input or output, no threads: callers split the rows.
///
/// Every operation is a function type plus `…_select(isa)`, which returns the fastest variant that the given instruction set may use.
/// Variants live one to a file in the operation's folder and are listed in its `kernels.inc`, best first; the reference is the last
/// row and defines the result. All variants of an operation on integers or bits agree on every output bit.
///
/// Bits follow the project's encoding: bit 1 is +1, bit 0 is -1, least significant bit first in little-endian 64-bit words, every row
/// starts on a word, padding bits are 0. sign(0) = +1.
#ifndef SPINFLIP_CKERNELS_H
#define SPINFLIP_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"
#include "sf_anneal_bytes.h"
#include "sf_anneal_planes.h"
#include "sf_byte_product.h"
#include "sf_convolution.h"
#include "sf_dense_product.h"
#include "sf_elementwise.h"
#include "sf_gray_minima.h"
#include "sf_metropolis.h"
#include "sf_pack_signs.h"
#include "sf_real_product.h"
#include "sf_relax.h"
#include "sf_roof.h"
#include "sf_threshold.h"
#include "sf_updates.h"
#include "sf_weight_flips.h"
#include "sf_xnor_product.h"

#endif
