/* The part of nst.h that goes away; include nst.h. */
#ifndef NST_C_TRANSITIONAL_H
#define NST_C_TRANSITIONAL_H

#include <stddef.h>

#include "nst/c_image.h"
#include "nst/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Going away: functions of version 0.1's first headers ---------------------------------------
 *
 * They take a style as NST_STYLE_SIZE plain numbers (NST_ERROR_USAGE for models of others), which
 * do not say what space they are of, and options without a size. Use those above. */

/* A null pointer or all zeros means: all threads available, no limit, no callback. */
typedef struct nst_run_options {
  int threads;
  size_t max_memory_bytes;
  nst_progress progress;
  void* progress_user;
} nst_run_options;

#define NST_STYLE_SIZE 100
typedef struct nst_session nst_session;

/* nst_style_encode into style_vector[NST_STYLE_SIZE]; alpha is dropped. */
NST_API nst_status nst_encode_style(const nst_model* model, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* style_vector);
/* out = (1 - weight) * a + weight * b, NST_STYLE_SIZE values each; out may be a or b. */
NST_API nst_status nst_blend_styles(const float* a, const float* b, float weight, float* out);
/* Paints `content` into `output`, RGB or RGBA of any size up to nst_output_size: u8 rounded, a
 * fourth channel opaque. `output` may be `content`'s memory. On failure it is unchanged. */
NST_API nst_status nst_stylize(const nst_model* model, const nst_image* content,
                               const float* style_vector, const nst_run_options* options,
                               const nst_image* output);
/* A session paints one content in many styles; free by nst_session_free. */
NST_API nst_status nst_session_create(const nst_model* model, nst_session** session);
/* Frees a session. Null is fine. */
NST_API void nst_session_free(nst_session* session);
/* nst_encode_style on memory that the session keeps. */
NST_API nst_status nst_session_encode_style(nst_session* session, const nst_image* style,
                                            int style_size, nst_resize_method method,
                                            const nst_run_options* options, float* style_vector);
/* Takes the content of the next pictures. */
NST_API nst_status nst_session_set_content(nst_session* session, const nst_image* content,
                                           const nst_run_options* options);
/* Paints the content as nst_stylize does. */
NST_API nst_status nst_session_render(nst_session* session, const float* style_vector,
                                      const nst_run_options* options, const nst_image* output);

#ifdef __cplusplus
}
#endif

#endif /* NST_C_TRANSITIONAL_H */
