/// Memory for the kernel tests: it ends where a page without access begins, so a read or write past the end is a fault on any machine,
/// and under an emulator too. Never freed: the process ends soon.
#ifndef SPINFLIP_TEST_GUARDED_H
#define SPINFLIP_TEST_GUARDED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    char* mapping;
    size_t mapped;
    void* data;
} guarded;

/// `bytes` bytes of `fill`, ending at a page without access.
static guarded guarded_make(size_t bytes, int fill) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + page - 1) / page * page + page;
    char* base = mmap(NULL, inner + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || mprotect(base + inner, page, PROT_NONE) != 0) {
        perror("guarded memory");
        exit(70);
    }
    memset(base, fill, inner);
    return (guarded){base, inner + page, base + inner - bytes};
}

static void guarded_free(guarded g) { munmap(g.mapping, g.mapped); }

/// A small generator (xorshift64*), the same on every machine.
static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t random_word(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545F4914F6CDD1Du;
}

static inline float random_float(void) { return (float)((int64_t)(random_word() >> 40) - (1 << 23)) * 0x1p-22f; }

#endif
