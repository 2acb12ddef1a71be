/* Public C API of NST: the C++ API of nst.hpp one to one, with opaque handles, status codes and the
 * caller's buffers.
 *
 * A function returns NST_OK or a status; nst_last_error() then holds one line of text for the
 * calling thread. A model may be used by several threads at once; a session by one at a time. No
 * function prints, exits or throws. */
#ifndef NST_NST_H
#define NST_NST_H

#include <stddef.h>

#include "nst/export.h"
#include "nst/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values are also nst-run's exit codes. */
typedef enum nst_status {
  NST_OK = 0,
  NST_ERROR_INTERNAL = 1,
  NST_ERROR_USAGE = 2,
  NST_ERROR_INPUT = 3,
  NST_ERROR_MODEL = 4,
  NST_ERROR_OUTPUT = 5,
  NST_ERROR_LIMIT = 6,
  NST_ERROR_CANCELLED = 130
} nst_status;

typedef enum nst_sample_type { NST_U8 = 0, NST_F32 = 1 } nst_sample_type;

typedef enum nst_resize_method {
  NST_RESIZE_SMOOTH = 0, /* antialiased bilinear */
  NST_RESIZE_TF = 1,     /* tf.image.resize, TF2 */
  NST_RESIZE_TF1 = 2     /* TF1 legacy bilinear */
} nst_resize_method;

/* A picture in the caller's memory: `height` rows of `width` pixels of `channels` (3 = RGB, 4 =
 * RGBA) interleaved samples. u8 is 0..255, f32 nominally 0..1. row_stride_bytes 0 means dense rows.
 * As an argument to read, `data` is not written. */
typedef struct nst_image {
  void* data;
  int width;
  int height;
  int channels;
  nst_sample_type type;
  ptrdiff_t row_stride_bytes;
} nst_image;

/* Called on the calling thread with the fraction done in [0, 1]; return 0 to stop with
 * NST_ERROR_CANCELLED. */
typedef int (*nst_progress)(double fraction, void* user);

/* How to run; a null pointer or all zeros means: all threads available, no limit, no callback. */
typedef struct nst_run_options {
  int threads;
  size_t max_memory_bytes;
  nst_progress progress;
  void* progress_user;
} nst_run_options;

typedef struct nst_model nst_model;
typedef struct nst_session nst_session;
/* A style vector: its values and the name of the space they are a point of. Immutable, and used by
 * any number of threads at once. */
typedef struct nst_style nst_style;

/* Version of the library, "major.minor.patch". */
NST_API const char* nst_version(void);
/* Instruction-set table in use, "avx512" for instance; null (and an error text) if NST_ISA names
 * none that can run. */
NST_API const char* nst_isa(void);
/* Text of the calling thread's last failure, "" if none. Valid until the thread's next call. */
NST_API const char* nst_last_error(void);

/* Opens a model; *model is set on success only and is the caller's to free. From memory, the bytes
 * must outlive the model. */
NST_API nst_status nst_model_open(const char* path, nst_model** model);
NST_API nst_status nst_model_open_memory(const void* data, size_t size, const char* name,
                                         nst_model** model);
NST_API nst_status nst_model_default(nst_model** model);
NST_API void nst_model_free(nst_model* model); /* null is fine; sessions keep what they need */

/* Style of a painting. The picture is resized so that its shorter side is style_size (256 suits the
 * published models; 0 = as it is) by `method`. Like every function that makes a style, it sets
 * *style_vector on success only, to a style that is the caller's to free. */
NST_API nst_status nst_style_encode(const nst_model* model, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    nst_style** style_vector);

/* A style of `size` values (at least 1), which are copied. `space` names their space as
 * nst_style_space does; null or "" for unknown, which fits every model of that size. */
NST_API nst_status nst_style_create(const float* values, size_t size, const char* space,
                                    nst_style** style_vector);
NST_API void nst_style_free(nst_style* style_vector); /* null is fine */
/* Its values and how many there are (100 in the published models); null and 0 for a null style.
 * Both live as long as the style. `size` may be null. */
NST_API const float* nst_style_values(const nst_style* style_vector, size_t* size);
/* "magenta-mobile-100" for instance; "" if unknown. Lives as long as the style. */
NST_API const char* nst_style_space(const nst_style* style_vector);
/* Styles as .npy files: float32 [size], the space in the header. */
NST_API nst_status nst_style_load(const char* path, nst_style** style_vector);
NST_API nst_status nst_style_save(const nst_style* style_vector, const char* path);

/* The style (1 − weight)·a + weight·b; a and b may be one. NST_ERROR_USAGE if they are of two sizes
 * or two known spaces. */
NST_API nst_status nst_style_blend(const nst_style* a, const nst_style* b, float weight,
                                   nst_style** style_vector);

/* The network's own output size for a content of width × height: 4·ceil(⌈side/2⌉/2) per side. */
NST_API void nst_output_size(int width, int height, int* out_width, int* out_height);

/* Paints `content` (≥ 5×5) with a style of the model's own size and space (else
 * NST_ERROR_INPUT, NST_ERROR_MODEL) into `output`, any size up to nst_output_size: the
 * content's own size gives the usual cropped picture. u8 output is rounded, a fourth channel is set
 * opaque. `output` may be `content`'s memory. On failure it is unchanged. */
NST_API nst_status nst_style_paint(const nst_model* model, const nst_image* content,
                                   const nst_style* style_vector, const nst_run_options* options,
                                   const nst_image* output);

/* Many pictures, many styles: a session owns its memory and reuses it. set_content encodes a
 * content once, render paints it as often as wanted. */
NST_API nst_status nst_session_create(const nst_model* model, nst_session** session);
/* nst_style_encode, several times: what the first one allocates is kept. */
NST_API nst_status nst_session_style_encode(nst_session* session, const nst_image* style,
                                            int style_size, nst_resize_method method,
                                            const nst_run_options* options,
                                            nst_style** style_vector);
NST_API nst_status nst_session_set_content(nst_session* session, const nst_image* content,
                                           const nst_run_options* options);
NST_API nst_status nst_session_paint(nst_session* session, const nst_style* style_vector,
                                     const nst_run_options* options, const nst_image* output);
NST_API void nst_session_free(nst_session* session); /* null is fine */

/* The same with a style as plain numbers, for models whose style vectors have NST_STYLE_SIZE values
 * (NST_ERROR_USAGE for others). Numbers alone do not say what space they are of: nothing refuses
 * those of another model. */
#define NST_STYLE_SIZE 100
NST_API nst_status nst_encode_style(const nst_model* model, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* style_vector);
/* out = (1 − weight)·a + weight·b; out may be a or b. */
NST_API nst_status nst_blend_styles(const float* a, const float* b, float weight, float* out);
NST_API nst_status nst_stylize(const nst_model* model, const nst_image* content,
                               const float* style_vector, const nst_run_options* options,
                               const nst_image* output);
NST_API nst_status nst_session_encode_style(nst_session* session, const nst_image* style,
                                            int style_size, nst_resize_method method,
                                            const nst_run_options* options, float* style_vector);
NST_API nst_status nst_session_render(nst_session* session, const float* style_vector,
                                      const nst_run_options* options, const nst_image* output);

/* Reads a picture file (JPEG, PNG, BMP, TGA, GIF, PPM, .npy). image->data is allocated: free it
 * with nst_image_free. */
NST_API nst_status nst_image_read(const char* path, nst_image* image);
/* The same within a limit: max_memory_bytes is what decoding may take, the picture included; 0
 * means 400 MiB, or 16 times the file where that is more, as nst_image_read has it. */
NST_API nst_status nst_image_read_within(const char* path, size_t max_memory_bytes,
                                         nst_image* image);
/* What was wrong with the picture that the calling thread read last, though no pixel is in doubt:
 * one line each, "" if nothing. Valid until the thread reads the next picture. */
NST_API const char* nst_last_warnings(void);
NST_API void nst_image_free(nst_image* image);
/* Composes a picture with alpha on a colour, in its own memory: afterwards it has 3 channels and
 * dense rows. The networks see colours alone, those under transparent pixels too, so this comes
 * before a picture is encoded or painted. A picture without alpha is left as it is. */
NST_API nst_status nst_image_compose(nst_image* image, unsigned char red, unsigned char green,
                                     unsigned char blue);
/* Writes a picture by extension (.png, .jpg, .ppm, .npy); the file appears whole or not at all.
 * jpeg_quality 1..100. */
NST_API nst_status nst_image_write(const char* path, const nst_image* image, int jpeg_quality);

#ifdef __cplusplus
}
#endif

#endif /* NST_NST_H */
