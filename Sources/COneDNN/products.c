#define _GNU_SOURCE  // RTLD_DEFAULT

#include "COneDNN.h"

#if defined(SPINFLIP_ONEDNN)

#if !__has_include(<dnnl.h>)
#error "oneDNN is missing: install libdnnl-dev (Debian) or run brew install onednn (macOS), or build with --disable-default-traits"
#endif

#include <dlfcn.h>
#include <dnnl.h>
#include <dnnl_debug.h>
#include <stdlib.h>
#include <string.h>

struct sf_onednn_context {
    dnnl_engine_t engine;
    /// OpenMP's `omp_set_num_threads` and `omp_get_max_threads`, found in the process because oneDNN brings its OpenMP along; NULL when it
    /// was built on another thread library.
    void (*set_threads)(int);
    int (*get_threads)(void);
};

struct sf_onednn_product {
    dnnl_primitive_t primitive;
    size_t scratch;
    char name[64];
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t a, b, c, space;
#else
    dnnl_memory_desc_t a_storage, b_storage, c_storage, space_storage;
    const dnnl_memory_desc_t *a, *b, *c, *space;
#endif
};

/// A library that was built without limits, or whose limit is set, says so; it is then as it is.
static void limit_to(sf_onednn_isa limit) {
    switch (limit) {
    case SF_ONEDNN_ALL: break;
    case SF_ONEDNN_SSE41: dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41); break;
    case SF_ONEDNN_AVX2: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2); break;
    case SF_ONEDNN_AVX512: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core_bf16); break;
    }
}

sf_onednn_context* sf_onednn_context_create(sf_onednn_isa limit) {
    limit_to(limit);
    sf_onednn_context* context = calloc(1, sizeof *context);
    if (context == NULL) return NULL;
    if (dnnl_engine_create(&context->engine, dnnl_cpu, 0) != dnnl_success) {
        free(context);
        return NULL;
    }
    // POSIX returns functions as object pointers; copying the bits is the conversion that C allows.
    void* symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    memcpy(&context->set_threads, &symbol, sizeof symbol);
    symbol = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    memcpy(&context->get_threads, &symbol, sizeof symbol);
    if (context->get_threads == NULL) context->set_threads = NULL;
    return context;
}

void sf_onednn_context_destroy(sf_onednn_context* context) {
    if (context == NULL) return;
    dnnl_engine_destroy(context->engine);
    free(context);
}

void sf_onednn_version(int* major, int* minor, int* patch) {
    const dnnl_version_t* version = dnnl_version();
    *major = version->major;
    *minor = version->minor;
    *patch = version->patch;
}

/// Sets the number of OpenMP threads of the calling thread, which is where OpenMP keeps it, and returns the one before. With one, OpenMP
/// starts no workers, which would go on spinning after the call and take the processors from the callers' own threads.
static int exchange_threads(const sf_onednn_context* context, int threads) {
    if (context->set_threads == NULL) return 0;
    const int before = context->get_threads();
    if (before != threads) context->set_threads(threads);
    return before;
}

static dnnl_status_t make_attributes(dnnl_primitive_attr_t* attributes, int accumulate) {
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    if (status != dnnl_success) return status;
    // The library's own scratch space would tie a primitive to the thread that made it.
    status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
    if (status != dnnl_success || !accumulate) return status;
    dnnl_post_ops_t operations;
    status = dnnl_post_ops_create(&operations);
    if (status != dnnl_success) return status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
#else
    status = dnnl_post_ops_append_sum(operations, 1);
#endif
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attributes, operations);
    dnnl_post_ops_destroy(operations);
    return status;
}

static dnnl_status_t make_descriptions(sf_onednn_product* product, const sf_onednn_shape* shape) {
    const dnnl_data_type_t type = shape->bfloat16 ? dnnl_bf16 : dnnl_f32;
    const dnnl_dims_t a = {shape->rows, shape->depth}, b = {shape->depth, shape->columns}, c = {shape->rows, shape->columns};
    const dnnl_dims_t a_strides = {shape->a_row, shape->a_depth}, b_strides = {shape->b_depth, shape->b_column};
    const dnnl_dims_t c_strides = {shape->c_row, 1};
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_memory_desc_create_with_strides(&product->a, 2, a, type, a_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_create_with_strides(&product->b, 2, b, type, b_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_create_with_strides(&product->c, 2, c, dnnl_f32, c_strides);
#else
    status = dnnl_memory_desc_init_by_strides(&product->a_storage, 2, a, type, a_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_strides(&product->b_storage, 2, b, type, b_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_strides(&product->c_storage, 2, c, dnnl_f32, c_strides);
    product->a = &product->a_storage;
    product->b = &product->b_storage;
    product->c = &product->c_storage;
#endif
    return status;
}

static dnnl_status_t describe(
    const sf_onednn_context* context, const sf_onednn_product* product, dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t* out) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_matmul_primitive_desc_create(out, context->engine, product->a, product->b, NULL, product->c, attributes);
#else
    dnnl_matmul_desc_t operation;
    const dnnl_status_t status = dnnl_matmul_desc_init(&operation, product->a, product->b, NULL, product->c);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(out, &operation, attributes, context->engine, NULL);
#endif
}

/// Keeps from the description what running needs.
static dnnl_status_t finish(sf_onednn_product* product, dnnl_primitive_desc_t description) {
    const char* name = NULL;
    if (dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, (void*)&name) == dnnl_success && name != NULL)
        strncpy(product->name, name, sizeof product->name - 1);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl_status_t status =
        dnnl_memory_desc_clone(&product->space, dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0));
    if (status != dnnl_success) return status;
#else
    product->space_storage = *dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    product->space = &product->space_storage;
#endif
    product->scratch = dnnl_memory_desc_get_size(product->space);
    return dnnl_primitive_create(&product->primitive, description);
}

sf_onednn_product* sf_onednn_product_create(const sf_onednn_context* context, const sf_onednn_shape* shape, const char** fault) {
    sf_onednn_product* product = calloc(1, sizeof *product);
    dnnl_status_t status = dnnl_out_of_memory;
    if (product != NULL) {
        dnnl_primitive_attr_t attributes = NULL;
        dnnl_primitive_desc_t description = NULL;
        const int before = exchange_threads(context, 1);
        status = make_attributes(&attributes, shape->accumulate);
        if (status == dnnl_success) status = make_descriptions(product, shape);
        if (status == dnnl_success) status = describe(context, product, attributes, &description);
        if (status == dnnl_success) status = finish(product, description);
        if (description != NULL) dnnl_primitive_desc_destroy(description);
        if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
        exchange_threads(context, before);
        if (status == dnnl_success) return product;
        sf_onednn_product_destroy(product);
    }
    *fault = dnnl_status2str(status);
    return NULL;
}

void sf_onednn_product_destroy(sf_onednn_product* product) {
    if (product == NULL) return;
    if (product->primitive != NULL) dnnl_primitive_destroy(product->primitive);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl_memory_desc_t all[] = {product->a, product->b, product->c, product->space};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] != NULL) dnnl_memory_desc_destroy(all[i]);
#endif
    free(product);
}

const char* sf_onednn_product_name(const sf_onednn_product* product) { return product->name; }

size_t sf_onednn_product_scratch(const sf_onednn_product* product) { return product->scratch; }

const char* sf_onednn_product_run(
    const sf_onednn_context* context, const sf_onednn_product* product, const void* a, const void* b, float* c, void* scratch) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, NULL}, {DNNL_ARG_WEIGHTS, NULL}, {DNNL_ARG_DST, NULL}, {DNNL_ARG_SCRATCHPAD, NULL}};
    dnnl_stream_t stream = NULL;
    const int before = exchange_threads(context, 1);
    // The interface has no pointers to const; oneDNN reads its sources only.
    dnnl_status_t status = dnnl_stream_create(&stream, context->engine, dnnl_stream_default_flags);
    if (status == dnnl_success) status = dnnl_memory_create(&arguments[0].memory, product->a, context->engine, (void*)(uintptr_t)a);
    if (status == dnnl_success) status = dnnl_memory_create(&arguments[1].memory, product->b, context->engine, (void*)(uintptr_t)b);
    if (status == dnnl_success) status = dnnl_memory_create(&arguments[2].memory, product->c, context->engine, c);
    if (status == dnnl_success) status = dnnl_memory_create(&arguments[3].memory, product->space, context->engine, scratch);
    if (status == dnnl_success) status = dnnl_primitive_execute(product->primitive, stream, 4, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(stream);
    for (size_t i = 0; i < 4; i++)
        if (arguments[i].memory != NULL) dnnl_memory_destroy(arguments[i].memory);
    if (stream != NULL) dnnl_stream_destroy(stream);
    exchange_threads(context, before);
    return status == dnnl_success ? NULL : dnnl_status2str(status);
}

#else

/// A file without a declaration is not C.
typedef int sf_onednn_is_left_out;

#endif
