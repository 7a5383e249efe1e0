/// A hint to the processor that its thread waits for another one in a loop: it yields the core's resources for some cycles.
#ifndef SPINFLIP_RELAX_H
#define SPINFLIP_RELAX_H

static inline void sf_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#endif
