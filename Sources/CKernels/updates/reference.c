// The baseline of the architecture: SSE2 on x86-64, NEON on AArch64 (which therefore needs no variant of its own).
#define SF_NAME(name) sf_##name##_reference
#define SF_TARGET
#include "body.inc"
