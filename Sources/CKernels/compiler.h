/// What the kernels need from clang and gcc under one name.
#ifndef SPINFLIP_COMPILER_H
#define SPINFLIP_COMPILER_H

/// A function that must melt into its caller, so that its size arguments become constants.
#define SF_INLINE static inline __attribute__((always_inline))

/// Before a loop of constant length over an array of registers: unrolled, the array never becomes memory.
#if defined(__clang__)
#define SF_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SF_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
