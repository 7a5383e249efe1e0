/// What passes over floats share: the arithmetic must be the same bits on every instruction set, and clang and gcc must vectorise it.
/// To be included before any function of the file.
#ifndef SPINFLIP_PASSES_H
#define SPINFLIP_PASSES_H

#include <stddef.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
// √ without errno, which would keep the loop scalar. Correctly rounded either way.
#define SF_SQRT(x) __builtin_elementwise_sqrt(x)
#endif
#endif
#if !defined(SF_SQRT)
#include <math.h>
#define SF_SQRT(x) sqrtf(x)
#endif

// Where an output may be the input itself, element by element: says that the iterations do not depend on each other.
#if defined(__clang__)
#define SF_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SF_INDEPENDENT _Pragma("GCC ivdep")
#endif

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

#endif
