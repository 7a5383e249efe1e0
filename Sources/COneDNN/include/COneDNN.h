/// Matrix products of oneDNN behind a C interface of our own, the same over its 2.x and 3.x, whose own C interfaces differ. No header of
/// oneDNN is needed to use it. Empty unless the package trait `OneDNN` is on.
#ifndef SPINFLIP_CONEDNN_H
#define SPINFLIP_CONEDNN_H

#include <stddef.h>
#include <stdint.h>

/// c (+)= a·b with strides in elements, as in `sf_dense_product.h`: a(i,k) = a[i·a_row + k·a_depth], b(k,j) = b[k·b_depth + j·b_column],
/// c(i,j) = c[i·c_row + j]. Extents are positive.
typedef struct {
    int64_t rows, columns, depth;
    int64_t a_row, a_depth, b_depth, b_column, c_row;
    /// Not 0: add to c.
    int accumulate;
    /// Not 0: a and b hold bfloat16, else float. c holds floats.
    int bfloat16;
} sf_onednn_shape;

/// The library, ready for use by any thread.
typedef struct sf_onednn_context sf_onednn_context;
/// Code for one shape. Any number of threads may run it at once.
typedef struct sf_onednn_product sf_onednn_product;

/// The newest instructions that the library may use.
typedef enum { SF_ONEDNN_ALL, SF_ONEDNN_SSE41, SF_ONEDNN_AVX2, SF_ONEDNN_AVX512 } sf_onednn_isa;

/// NULL when the library cannot be set up. The library keeps the limit of the first context for the whole process.
sf_onednn_context* sf_onednn_context_create(sf_onednn_isa limit);
void sf_onednn_context_destroy(sf_onednn_context* context);

/// Version of the library that is loaded, which may be newer than the headers it was compiled with.
void sf_onednn_version(int* major, int* minor, int* patch);

/// Makes the code for a shape. NULL and a text in `*fault` (of the library, not to be freed) when oneDNN does not support it on this
/// processor, as bfloat16 on those without AVX-512, or has no memory.
sf_onednn_product* sf_onednn_product_create(const sf_onednn_context* context, const sf_onednn_shape* shape, const char** fault);
void sf_onednn_product_destroy(sf_onednn_product* product);

/// oneDNN's name of the implementation, such as `brg:avx512_core_bf16`; lives as long as the product.
const char* sf_onednn_product_name(const sf_onednn_product* product);

/// Bytes of scratch space that `sf_onednn_product_run` needs, aligned to 64 bytes.
size_t sf_onednn_product_scratch(const sf_onednn_product* product);

/// Runs on the calling thread alone; NULL on success, else what went wrong (a text of the library).
const char* sf_onednn_product_run(
    const sf_onednn_context* context, const sf_onednn_product* product, const void* a, const void* b, float* c, void* scratch);

#endif
