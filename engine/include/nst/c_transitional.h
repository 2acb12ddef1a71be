/* The deprecated part of the C API, which a later version removes. nst.h includes this header;
 * include nst.h. */
#ifndef NST_C_TRANSITIONAL_H
#define NST_C_TRANSITIONAL_H

#include <stddef.h>

#include "nst/c_image.h"
#include "nst/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Deprecated: functions of version 0.1's first headers ---------------------------------
 *
 * They take a style as NST_STYLE_SIZE plain numbers, which do not name their style space, and
 * options without a struct size. They return NST_ERROR_USAGE for a model with another style
 * size. New programs use the functions of nst.h. */

/* How to run. A null pointer or all zeros means: all available threads, no memory limit, no
 * callback. */
typedef struct nst_run_options {
  int threads;
  size_t max_memory_bytes;
  nst_progress progress;
  void* progress_user;
} nst_run_options;

/* Number of values of a style vector. */
#define NST_STYLE_SIZE 100
/* Paints one content in many styles. Use a session from one thread at a time. */
typedef struct nst_session nst_session;

/* Encodes a picture into style_vector[NST_STYLE_SIZE], as nst_style_encode does. Alpha is
 * dropped. */
NST_API nst_status nst_encode_style(const nst_model* model, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* style_vector);
/* Computes out = (1 - weight) * a + weight * b. Each array has NST_STYLE_SIZE values; `out` may
 * be `a` or `b`. */
NST_API nst_status nst_blend_styles(const float* a, const float* b, float weight, float* out);
/* Paints `content` into `output`: u8, RGB or RGBA, of any size up to nst_output_size. Samples
 * are rounded; a fourth channel becomes opaque. `output` may share memory with `content`. After
 * a failure `output` is unchanged. */
NST_API nst_status nst_stylize(const nst_model* model, const nst_image* content,
                               const float* style_vector, const nst_run_options* options,
                               const nst_image* output);
/* Creates a session, which paints one content in many styles. Free it by nst_session_free. */
NST_API nst_status nst_session_create(const nst_model* model, nst_session** session);
/* Frees a session. Null is allowed. */
NST_API void nst_session_free(nst_session* session);
/* Encodes a style as nst_encode_style does, in memory that the session keeps. */
NST_API nst_status nst_session_encode_style(nst_session* session, const nst_image* style,
                                            int style_size, nst_resize_method method,
                                            const nst_run_options* options, float* style_vector);
/* Sets the content of the following pictures. */
NST_API nst_status nst_session_set_content(nst_session* session, const nst_image* content,
                                           const nst_run_options* options);
/* Paints the session's content into `output`, as nst_stylize does. */
NST_API nst_status nst_session_render(nst_session* session, const float* style_vector,
                                      const nst_run_options* options, const nst_image* output);

#ifdef __cplusplus
}
#endif

#endif /* NST_C_TRANSITIONAL_H */
