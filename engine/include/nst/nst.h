/* The C API of NST, arbitrary neural style transfer on the CPU: opaque handles, status codes and
 * plain structs. Each function does what a function of the C++ API (nst.hpp) does. The
 * differences:
 *
 *   nst::Session           is nst_painter with options.raw
 *   nst::Style, mixtures   are an nst_style made by nst_style_mix
 *   nst::LoadedImage       is an nst_image, an nst_metadata and nst_last_warnings()
 *
 * Pictures and files are in c_image.h, everything else is in this header.
 *
 * A function returns NST_OK or a status. After a failure nst_last_error() returns one line of
 * text, separately for each thread. Results are set on success only; the caller frees them by
 * the function named in the comment. No function prints, exits or throws. Several threads may
 * use one model or one style at the same time. A painter is used by one thread at a time.
 *
 * An options struct begins with struct_size, its sizeof. A macro sets it and all defaults:
 * nst_paint_options o = NST_PAINT_OPTIONS_INIT. So a struct can grow: members that an older
 * program does not know keep their defaults. Members that an older library does not know must be
 * zero. A null pointer to options means the defaults. In a struct that the library fills,
 * struct_size says how much may be filled. */
#ifndef NST_NST_H
#define NST_NST_H

#include <stddef.h>
#include <stdint.h>

#include "nst/c_image.h"
#include "nst/export.h"
#include "nst/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model: networks and weights. Immutable. */
typedef struct nst_model nst_model;
/* A style vector: its values and the name of its style space. Immutable. */
typedef struct nst_style nst_style;
/* Paints many pictures with one model, in memory that it keeps. */
typedef struct nst_painter nst_painter;

/* ---- The library and the processor --------------------------------------------------------- */

/* Returns the version of the library, "major.minor.patch". NST_VERSION_STRING is the version of
 * the headers. */
NST_API const char* nst_version(void);

/* Returns the message of the calling thread's last failure, "" if there is none. Valid until the
 * thread's next call. */
NST_API const char* nst_last_error(void);

/* Returns the warnings about the picture that the calling thread read last, one per line; "" if
 * none. A warning reports damage of the file that leaves every pixel certain. Valid until the
 * thread reads the next picture. */
NST_API const char* nst_last_warnings(void);

/* Returns the name of the instruction set in use, such as "avx512". Returns null, with an error
 * message, if the environment variable NST_ISA names none that can run. Valid until the thread
 * calls nst_isa again. */
NST_API const char* nst_isa(void);

/* Returns the name of the index-th instruction set that this processor can run, best first; null
 * past the end. Valid as long as the process runs. */
NST_API const char* nst_supported_isa(size_t index);

/* Returns the number of threads of a run that asks for 0: as many as this process may use. */
NST_API int nst_available_threads(void);

/* Creates the threads that runs will use; 0 means nst_available_threads(). Optional: otherwise
 * the first run creates them. Returns NST_ERROR_USAGE for a number below 0 or above 1024. */
NST_API nst_status nst_start_threads(int threads);

/* Returns the thread implementation that the library was built with: "own" or "openmp". */
NST_API const char* nst_thread_backend(void);

/* ---- Models -------------------------------------------------------------------------------- */

/* Opens a model file written by nst-weights. Free the model by nst_model_free. Returns
 * NST_ERROR_MODEL if the file cannot be used. */
NST_API nst_status nst_model_open(const char* path, nst_model** model);

/* Opens a model file of `size` bytes in memory, which must outlive the model. Messages call the
 * file `name`; null means "memory". */
NST_API nst_status nst_model_open_memory(const void* data, size_t size, const char* name,
                                         nst_model** model);

/* Opens the small model embedded in the library. */
NST_API nst_status nst_model_default(nst_model** model);

/* Frees a model. Painters keep what they need of it. Null is allowed. */
NST_API void nst_model_free(nst_model* model);

/* The description stored in a model file (nst::ModelInfo). The strings are valid as long as the
 * model. */
typedef struct nst_model_info {
  size_t struct_size;
  const char* name;        /* "default", or the path of the model file */
  const char* predictor;   /* predictor: "inception_v3", "mobilenet_v2" or "none" */
  const char* transformer; /* transformer: "full" or "separable" */
  const char* padding;     /* padding: "reflect" or "zero" */
  double width;            /* channels of a residual block / 128 */
  const char* style_space; /* space of its style vectors; "": unknown */
  size_t style_size;       /* number of values of a style vector */
  const char* source;      /* origin of the weights */
  /* SHA-256 of the source */
  const char* source_sha256;
  /* number of tensors in the file */
  size_t tensor_count;
  /* number of values in all tensors */
  size_t parameter_count;
  size_t file_bytes;
  int residual_blocks; /* number of residual blocks: 5 or 20 in published models */
} nst_model_info;

/* Fills *info. The caller sets info->struct_size before the call. */
NST_API nst_status nst_model_get_info(const nst_model* model, nst_model_info* info);

/* Memory and work of one run (nst::PlanInfo). */
typedef struct nst_plan_info {
  size_t struct_size;
  size_t arena_bytes;   /* bytes of all activations */
  size_t scratch_bytes; /* bytes of all threads' work buffers */
  size_t weight_bytes;  /* bytes of the network's packed weights */
  uint64_t mac;         /* multiply-accumulates by the definition of the layers */
  size_t picture_bytes; /* bytes of whole pictures that painting keeps (nst_plan_paint) */
} nst_plan_info;

/* Fills *plan for encoding a style of width × height on `threads` threads (0: all available).
 * The caller sets plan->struct_size before the call. */
NST_API nst_status nst_model_plan_predictor(const nst_model* model, int width, int height,
                                            int threads, nst_plan_info* plan);

/* Fills *plan for painting a content of width × height, within max_memory_bytes as in
 * nst_run_settings. */
NST_API nst_status nst_model_plan_transformer(const nst_model* model, int width, int height,
                                              int threads, size_t max_memory_bytes,
                                              nst_plan_info* plan);

/* Checks that the model accepts a style. Returns NST_ERROR_INPUT for another size or for values
 * that are not finite, NST_ERROR_MODEL for a style of another known space. */
NST_API nst_status nst_model_check_style(const nst_model* model, const nst_style* style);

/* Sets the network's own output size for a content: 4 * ceil(ceil(side / 2) / 2) per side.
 * Either pointer may be null. */
NST_API void nst_output_size(int width, int height, int* out_width, int* out_height);

/* ---- Styles -------------------------------------------------------------------------------- */

/* A progress callback. A run calls it several times, on the calling thread, with the fraction done
 * in [0, 1]. Return 0 to stop the run with NST_ERROR_CANCELLED, any other value to go on. */
typedef int (*nst_progress)(double fraction, void* user);

/* How a network is run (nst::RunOptions). */
typedef struct nst_run_settings {
  size_t struct_size;
  int threads;             /* number of threads; 0: as many as this process may use */
  size_t max_memory_bytes; /* limit of planned working memory; 0: no limit */
  nst_progress progress;   /* progress callback; may be null */
  /* argument passed to `progress` */
  void* progress_user;
} nst_run_settings;
/* The defaults of nst_run_settings. */
#define NST_RUN_SETTINGS_INIT \
  { sizeof(nst_run_settings), 0, 0, NULL, NULL }

/* How a picture is prepared for the style predictor (nst::StyleOptions). */
typedef struct nst_style_options {
  size_t struct_size;
  int style_size; /* the shorter side after resizing, aspect kept; 0: not resized */
  nst_resize_method resize;
  int square; /* not 0: resized to style_size × style_size */
} nst_style_options;
/* The defaults of nst_style_options. */
#define NST_STYLE_OPTIONS_INIT \
  { sizeof(nst_style_options), 256, NST_RESIZE_SMOOTH, 0 }

/* Encodes a painting of any format, composed on white, as a style. Free the style by
 * nst_style_free. Returns NST_ERROR_INPUT if the painting is too small or has invalid samples,
 * NST_ERROR_MODEL if the model has no predictor. */
NST_API nst_status nst_style_encode(const nst_model* model, const nst_image* painting,
                                    const nst_style_options* options, const nst_run_settings* run,
                                    nst_style** style);

/* Makes a style from a copy of `size` values (at least 1). `space` is the name of their style
 * space. Null or "" means an unknown space, which every model of that size accepts. */
NST_API nst_status nst_style_create(const float* values, size_t size, const char* space,
                                    nst_style** style);

/* Frees a style. Null is allowed. */
NST_API void nst_style_free(nst_style* style);

/* Returns the values of a style and sets *size to their number (100 in most published models).
 * Returns null and 0 for a null style. The values are valid as long as the style. `size` may be
 * null. */
NST_API const float* nst_style_values(const nst_style* style, size_t* size);

/* Returns the name of a style's space, such as "magenta-mobile-100"; "" if unknown. Valid as
 * long as the style. */
NST_API const char* nst_style_space(const nst_style* style);

/* Loads a style from a .npy file: float32 [size], with the name of the space in the header. */
NST_API nst_status nst_style_load(const char* path, nst_style** style);

/* Loads a style from a .npy file of `size` bytes in memory. Messages call the file `name`; null
 * means "style". */
NST_API nst_status nst_style_decode(const void* bytes, size_t size, const char* name,
                                    nst_style** style);

/* Makes one of the library's own styles, for the default model. Returns NST_ERROR_USAGE for
 * another name, with the nearest ones in the message. */
NST_API nst_status nst_style_named(const char* name, nst_style** style);

/* Returns the name of the index-th style of the library's own, such as "oil"; null past the end.
 * Sets *description to a line about it; `description` may be null. Valid as long as the process
 * runs. */
NST_API const char* nst_named_style(size_t index, const char** description);

/* Saves a style as a .npy file that nst_style_load reads. */
NST_API nst_status nst_style_save(const nst_style* style, const char* path);

/* Encodes a style as the bytes of such a .npy file. Sets *bytes and *size; free the bytes by
 * nst_bytes_free. */
NST_API nst_status nst_style_to_bytes(const nst_style* style, unsigned char** bytes, size_t* size);

/* Makes the style (1 - weight) * a + weight * b. `a` and `b` may be the same. Returns
 * NST_ERROR_USAGE if their sizes or their known spaces differ. */
NST_API nst_status nst_style_blend(const nst_style* a, const nst_style* b, float weight,
                                   nst_style** style);

/* Makes the weighted mean of `count` styles. Returns NST_ERROR_USAGE if sizes or known spaces
 * differ, if a weight is not finite, or if the sum of the weights is not positive. */
NST_API nst_status nst_style_mix(const nst_style* const* styles, const double* weights,
                                 size_t count, nst_style** style);

/* ---- Painting ------------------------------------------------------------------------------ */

/* What happens to a content's alpha. */
typedef enum nst_alpha_output {
  NST_ALPHA_KEEP = 0,    /* the result keeps it: RGBA */
  NST_ALPHA_COMPOSE = 1, /* the painted picture is composed on the background: RGB */
  NST_ALPHA_DROP = 2     /* alpha is ignored, the result is opaque: RGB */
} nst_alpha_output;

/* Whether a painting keeps the content's colours (nst::KeepColour). */
typedef enum nst_keep_colour {
  NST_KEEP_COLOUR_OFF = 0,     /* the painting's colours */
  NST_KEEP_COLOUR_MATCHED = 1, /* the content's chroma; luma at its mean and deviation */
  NST_KEEP_COLOUR_LUMA = 2     /* the content's chroma, the painting's luma */
} nst_keep_colour;

/* The brush that starts at 256 if the shorter side is over 700 pixels, and else is off. */
#define NST_BRUSH_AUTO (-1)

/* How a content is painted (nst::PaintOptions). The pictures and the style that it names are
 * borrowed until the content is set. */
typedef struct nst_paint_options {
  size_t struct_size;
  /* The size to paint at: shorter_side with the aspect kept; if that is 0, width × height; if
   * those are 0 too, the content's own size. */
  int shorter_side;
  int width;
  int height;
  /* How the content is resized to that size. */
  nst_resize_method resize;
  /* How a painting is encoded as a style; null: by the defaults. */
  const nst_style_options* style;
  /* How the content is encoded as a style if strength is not 1; null: as a painting is. */
  const nst_style_options* own_style;
  float strength;              /* 0: the content's own style, 1: the given style; at most 2 */
  unsigned char background[3]; /* colour to show under transparent pixels */
  nst_alpha_output alpha;
  nst_quantise quantise;
  int raw;                  /* not 0: f32 RGB of nst_output_size, not cropped, not quantised */
  int any_style_space;      /* not 0: a style of another model family is accepted */
  const char* content_name; /* text put before errors about the content; null: nothing */
  nst_sample_type type;     /* NST_F32: not quantised, for files of 16 bits a sample */
  int brush;                /* shorter side of the smallest painting; 0: off; NST_BRUSH_AUTO */
  float fade;               /* share of the painting, 0 to 1; the rest is the content */
  nst_keep_colour keep_colour;
  int match_colour;            /* not 0: paintings get the content's colours before encoding */
  const nst_image* mask;       /* where the content is painted; null: everywhere */
  const nst_style* mask_style; /* the style where the mask is black; null: the content */
} nst_paint_options;
/* The defaults of nst_paint_options. */
#define NST_PAINT_OPTIONS_INIT                                                                \
  {                                                                                           \
    sizeof(nst_paint_options), 0, 0, 0, NST_RESIZE_SMOOTH, NULL, NULL, 1.0f, {255, 255, 255}, \
        NST_ALPHA_KEEP, NST_NEAREST, 0, 0, NULL, NST_U8, NST_BRUSH_AUTO, 1.0f,                \
        NST_KEEP_COLOUR_OFF, 0, NULL, NULL                                                    \
  }

/* Sets *options to paint as the TensorFlow Hub demo apps do. The caller sets
 * options->struct_size before the call. options->style then points to a constant of the library. */
NST_API nst_status nst_paint_options_tfhub(nst_paint_options* options);

/* Fills *plan for painting a content of width × height by nst_paint (nst::plan_paint). */
NST_API nst_status nst_plan_paint(const nst_model* model, int width, int height,
                                  const nst_paint_options* options, int threads,
                                  size_t max_memory_bytes, nst_plan_info* plan);

/* Paints a content in the style of a painting. The content has any format and is at least 5×5 at
 * the size it is painted at. *picture becomes u8 RGB, or RGBA if the content has alpha that is
 * kept. Its size is the content's or the one that `options` asks for. Free it by nst_image_free.
 *
 * Returns NST_ERROR_INPUT for pictures that cannot be painted, NST_ERROR_USAGE for invalid
 * options, NST_ERROR_LIMIT if memory does not suffice. */
NST_API nst_status nst_paint(const nst_model* model, const nst_image* content,
                             const nst_image* painting, const nst_paint_options* options,
                             const nst_run_settings* run, nst_image* picture);

/* Paints a content as nst_paint does, in a style that was encoded, loaded or mixed before. Also
 * returns the errors of nst_model_check_style. */
NST_API nst_status nst_paint_style(const nst_model* model, const nst_image* content,
                                   const nst_style* style, const nst_paint_options* options,
                                   const nst_run_settings* run, nst_image* picture);

/* Makes a painter for many pictures: one content in many styles, or many contents of one size. A
 * painter keeps its memory, and runs the part that does not depend on the style once per
 * content. Free it by nst_painter_free. */
NST_API nst_status nst_painter_create(const nst_model* model, const nst_paint_options* options,
                                      nst_painter** painter);

/* Frees a painter. Null is allowed. */
NST_API void nst_painter_free(nst_painter* painter);

/* Changes the options. The content must be set again afterwards. */
NST_API nst_status nst_painter_set_options(nst_painter* painter, const nst_paint_options* options);

/* Encodes a style as nst_style_encode does, by the painter's options and in memory that the
 * painter keeps. */
NST_API nst_status nst_painter_encode(nst_painter* painter, const nst_image* painting,
                                      const nst_run_settings* run, nst_style** style);

/* Sets the content of the following pictures. The caller may free it after the call. After a
 * failure the painter has no content. */
NST_API nst_status nst_painter_set_content(nst_painter* painter, const nst_image* content,
                                           const nst_run_settings* run);

/* Sets the width, height and channels of the pictures that the painter makes of its content. Any
 * pointer may be null. Returns NST_ERROR_USAGE without a content. */
NST_API nst_status nst_painter_picture_size(const nst_painter* painter, int* width, int* height,
                                            int* channels);

/* Paints the painter's content as nst_paint_style does. May be called any number of times. */
NST_API nst_status nst_painter_paint(nst_painter* painter, const nst_style* style,
                                     const nst_run_settings* run, nst_image* picture);

/* Paints the painter's content into memory of the caller: u8 or f32, RGB or BGR, 3 or 4
 * channels. `picture` is at most as large as nst_painter_picture_size; a smaller one gets the
 * top left part. A fourth channel becomes the content's alpha, or opaque. After a failure the
 * memory's content is undefined. */
NST_API nst_status nst_painter_paint_into(nst_painter* painter, const nst_style* style,
                                          const nst_run_settings* run, const nst_image* picture);

#ifdef __cplusplus
}
#endif

/* ---- Deprecated: version 0.1's first functions, by plain numbers --------------------------- */
#include "nst/c_transitional.h"

#endif /* NST_NST_H */
