/* Public C API of NST: arbitrary neural style transfer on the CPU, with opaque handles, status
 * codes and plain structs. It does what the C++ API (nst.hpp) does, one function to one, but for
 * this:
 *
 *   nst::Session           is nst_painter with options.raw
 *   nst::Style, mixtures   are an nst_style made by nst_style_mix
 *   nst::LoadedImage       is an nst_image and nst_last_warnings()
 *
 * Pictures and files are in c_image.h, the rest is here.
 *
 * A function returns NST_OK or a status; nst_last_error() then holds one line of text for the
 * calling thread. What a function makes is set on success only, and is the caller's to free by the
 * function named with it. No function prints, exits or throws. A model and a style may be used by
 * several threads at once, a painter by one at a time.
 *
 * An options struct begins with struct_size = sizeof of it, as the macro beside it sets all of its
 * defaults: nst_paint_options o = NST_PAINT_OPTIONS_INIT. So it can grow: members that an older
 * program does not know keep their defaults, and a newer program's unknown members must be zero.
 * A null pointer to options means the defaults. The same holds for structs that are filled: their
 * struct_size says how much of them there is. */
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

typedef struct nst_model nst_model;
/* A style vector: its values and the name of the space they are a point of. Immutable. */
typedef struct nst_style nst_style;
typedef struct nst_painter nst_painter;

/* ---- The library and the processor -------------------------------------------------------------
 */

/* Returns the version of the library, "major.minor.patch"; NST_VERSION_STRING is the header's. */
NST_API const char* nst_version(void);

/* Returns the text of the calling thread's last failure, "" if none. Valid until the thread's next
 * call. */
NST_API const char* nst_last_error(void);

/* Returns what was wrong with the picture that the calling thread read last, though no pixel is in
 * doubt: one line each, "" if nothing. Valid until the thread reads the next picture. */
NST_API const char* nst_last_warnings(void);

/* Returns the instruction-set table in use, "avx512" for instance; null (and an error text) if
 * NST_ISA in the environment names none that can run. Valid until the thread's next call of it. */
NST_API const char* nst_isa(void);

/* Returns the index-th of the tables that this processor can run, best first; null past the end.
 * Lives as long as the process. */
NST_API const char* nst_supported_isa(size_t index);

/* Returns the threads of a run that asks for 0: as many as this process may use at once. */
NST_API int nst_available_threads(void);

/* Creates the threads that runs will use (0: nst_available_threads()). Optional: the first run does
 * it. NST_ERROR_USAGE for a negative number or one above 1024. */
NST_API nst_status nst_start_threads(int threads);

/* Returns what runs the threads, as the library was built: "own" or "openmp". */
NST_API const char* nst_thread_backend(void);

/* ---- Models ------------------------------------------------------------------------------------
 */

/* Opens a model file written by nst-weights; free by nst_model_free. NST_ERROR_MODEL. */
NST_API nst_status nst_model_open(const char* path, nst_model** model);

/* Opens a model file of `size` bytes in memory, which must outlive the model. `name` stands for the
 * file in messages; null is "memory". */
NST_API nst_status nst_model_open_memory(const void* data, size_t size, const char* name,
                                         nst_model** model);

/* Opens the small model inside the library. */
NST_API nst_status nst_model_default(nst_model** model);

/* Frees a model; painters keep what they need. Null is fine. */
NST_API void nst_model_free(nst_model* model);

/* What a model file says about itself (nst::ModelInfo). The texts live as long as the model. */
typedef struct nst_model_info {
  size_t struct_size;
  const char* name;        /* "default" or the file's path */
  const char* predictor;   /* "inception_v3", "mobilenet_v2", "none" */
  const char* transformer; /* "full", "separable" */
  const char* padding;     /* "reflect", "zero" */
  double width;            /* residual channels / 128 */
  const char* style_space; /* of the styles it takes; "" unknown */
  size_t style_size;       /* and how many values they have */
  const char* source;      /* where the weights came from, and the SHA-256 of that */
  const char* source_sha256;
  size_t tensor_count;
  size_t parameter_count;
  size_t file_bytes;
  int residual_blocks; /* of the transformer: 5 or 20 in published models */
} nst_model_info;

/* Fills *info, whose struct_size is set. */
NST_API nst_status nst_model_get_info(const nst_model* model, nst_model_info* info);

/* Memory and work of one run (nst::PlanInfo). */
typedef struct nst_plan_info {
  size_t struct_size;
  size_t arena_bytes;   /* activations, planned before the run */
  size_t scratch_bytes; /* work buffers of all threads */
  size_t weight_bytes;  /* packed weights of the network */
  uint64_t mac;         /* multiply-accumulates of the plain definition */
} nst_plan_info;

/* Fills *plan, whose struct_size is set, for encoding a style of width × height on `threads` (0:
 * all available). */
NST_API nst_status nst_model_plan_predictor(const nst_model* model, int width, int height,
                                            int threads, nst_plan_info* plan);

/* The same for painting a content; max_memory_bytes as in nst_run_settings. */
NST_API nst_status nst_model_plan_transformer(const nst_model* model, int width, int height,
                                              int threads, size_t max_memory_bytes,
                                              nst_plan_info* plan);

/* NST_OK if the model takes the style: else NST_ERROR_INPUT for another size or values that are
 * none, NST_ERROR_MODEL for another known space. */
NST_API nst_status nst_model_check_style(const nst_model* model, const nst_style* style);

/* Sets the network's own output size for a content: 4 * ceil(ceil(side / 2) / 2) per side. Either
 * pointer may be null. */
NST_API void nst_output_size(int width, int height, int* out_width, int* out_height);

/* ---- Styles ------------------------------------------------------------------------------------
 */

/* Called on the calling thread with the fraction done in [0, 1]; return 0 to stop with
 * NST_ERROR_CANCELLED. */
typedef int (*nst_progress)(double fraction, void* user);

/* How to run (nst::RunOptions). */
typedef struct nst_run_settings {
  size_t struct_size;
  int threads;             /* 0: as many as this process may use */
  size_t max_memory_bytes; /* of planned working memory; 0: no limit */
  nst_progress progress;   /* may be null */
  void* progress_user;
} nst_run_settings;
#define NST_RUN_SETTINGS_INIT \
  { sizeof(nst_run_settings), 0, 0, NULL, NULL }

/* How a picture is encoded as a style (nst::StyleOptions). */
typedef struct nst_style_options {
  size_t struct_size;
  int style_size; /* shorter side it is resized to, aspect kept; 0: as it is */
  nst_resize_method resize;
  int square; /* not 0: squeezed to style_size × style_size */
} nst_style_options;
#define NST_STYLE_OPTIONS_INIT \
  { sizeof(nst_style_options), 256, NST_RESIZE_SMOOTH, 0 }

/* Encodes a painting of any format, composed on white; free by nst_style_free. NST_ERROR_INPUT if
 * it is too small or its samples are none, NST_ERROR_MODEL if the model has no predictor. */
NST_API nst_status nst_style_encode(const nst_model* model, const nst_image* painting,
                                    const nst_style_options* options, const nst_run_settings* run,
                                    nst_style** style);

/* Makes a style of `size` values (at least 1), which are copied. `space` names their space as
 * nst_style_space does; null or "" for unknown, which fits every model of that size. */
NST_API nst_status nst_style_create(const float* values, size_t size, const char* space,
                                    nst_style** style);

/* Frees a style. Null is fine. */
NST_API void nst_style_free(nst_style* style);

/* Returns its values and sets how many there are (100 in the published models); null and 0 for a
 * null style. They live as long as the style. `size` may be null. */
NST_API const float* nst_style_values(const nst_style* style, size_t* size);

/* Returns "magenta-mobile-100" for instance; "" if unknown. Lives as long as the style. */
NST_API const char* nst_style_space(const nst_style* style);

/* Loads a style from a .npy file: float32 [size], the space in the header. */
NST_API nst_status nst_style_load(const char* path, nst_style** style);

/* The same from `size` bytes in memory; `name` stands for the file in messages, null is "style". */
NST_API nst_status nst_style_decode(const void* bytes, size_t size, const char* name,
                                    nst_style** style);

/* Saves a style as such a file. */
NST_API nst_status nst_style_save(const nst_style* style, const char* path);

/* The bytes of such a file: sets *bytes and *size; free by nst_bytes_free. */
NST_API nst_status nst_style_to_bytes(const nst_style* style, unsigned char** bytes, size_t* size);

/* Makes the style (1 - weight) * a + weight * b; a and b may be one. NST_ERROR_USAGE if they are of
 * two sizes or two known spaces. */
NST_API nst_status nst_style_blend(const nst_style* a, const nst_style* b, float weight,
                                   nst_style** style);

/* Makes the weighted mean of `count` styles. NST_ERROR_USAGE as above, and for weights that are not
 * finite or whose sum is not positive. */
NST_API nst_status nst_style_mix(const nst_style* const* styles, const double* weights,
                                 size_t count, nst_style** style);

/* ---- Painting ----------------------------------------------------------------------------------
 */

/* What becomes of a content's alpha. */
typedef enum nst_alpha_output {
  NST_ALPHA_KEEP = 0,    /* the picture has it: RGBA */
  NST_ALPHA_COMPOSE = 1, /* the painting is composed on the background by it: RGB */
  NST_ALPHA_DROP = 2     /* the painting is opaque: RGB */
} nst_alpha_output;

/* How a content is painted (nst::PaintOptions). */
typedef struct nst_paint_options {
  size_t struct_size;
  /* Size it is painted at: shorter_side (aspect kept) where that is not 0, else width × height,
   * else its own; and how it is resized to that. */
  int shorter_side;
  int width;
  int height;
  nst_resize_method resize;
  /* How a painting is encoded, null: by the defaults; and the content, where strength is below 1,
   * null: as a painting. */
  const nst_style_options* style;
  const nst_style_options* own_style;
  float strength;              /* from 0, the content's own style, to 1, the style's */
  unsigned char background[3]; /* what lies under transparent pixels */
  nst_alpha_output alpha;
  nst_quantise quantise;
  int raw;                  /* not 0: f32 RGB of nst_output_size, neither cropped nor quantised */
  int any_style_space;      /* not 0: a style of another model family is painted with, too */
  const char* content_name; /* stands before errors about the content; null: nothing */
} nst_paint_options;
#define NST_PAINT_OPTIONS_INIT                                                                \
  {                                                                                           \
    sizeof(nst_paint_options), 0, 0, 0, NST_RESIZE_SMOOTH, NULL, NULL, 1.0f, {255, 255, 255}, \
        NST_ALPHA_KEEP, NST_NEAREST, 0, 0, NULL                                               \
  }

/* Sets *options, whose struct_size is set, to what paints as the TensorFlow Hub demo apps do; its
 * `style` then points to a constant of the library. */
NST_API nst_status nst_paint_options_tfhub(nst_paint_options* options);

/* Paints a content (any format; at least 5×5 at the size it is painted at) in the style of a
 * painting. *picture becomes u8 RGB, or RGBA where the content has alpha that is kept, at the
 * content's size or the one asked for; free by nst_image_free. NST_ERROR_INPUT for pictures that
 * cannot be painted, NST_ERROR_USAGE for options that make no sense, NST_ERROR_LIMIT. */
NST_API nst_status nst_paint(const nst_model* model, const nst_image* content,
                             const nst_image* painting, const nst_paint_options* options,
                             const nst_run_settings* run, nst_image* picture);

/* The same in a style that is encoded, loaded or mixed. Also NST_ERROR_INPUT and NST_ERROR_MODEL as
 * nst_model_check_style. */
NST_API nst_status nst_paint_style(const nst_model* model, const nst_image* content,
                                   const nst_style* style, const nst_paint_options* options,
                                   const nst_run_settings* run, nst_image* picture);

/* Makes a painter, for one content in many styles and many contents of a size: it keeps memory, and
 * what a content costs before its style is known is done once. Free by nst_painter_free. */
NST_API nst_status nst_painter_create(const nst_model* model, const nst_paint_options* options,
                                      nst_painter** painter);

/* Frees a painter. Null is fine. */
NST_API void nst_painter_free(nst_painter* painter);

/* Changes the options; the content must be set again. */
NST_API nst_status nst_painter_set_options(nst_painter* painter, const nst_paint_options* options);

/* nst_style_encode on memory that the painter keeps, by its options. */
NST_API nst_status nst_painter_encode(nst_painter* painter, const nst_image* painting,
                                      const nst_run_settings* run, nst_style** style);

/* Takes the content of the next pictures, which is not needed afterwards. After a failure there is
 * no content. */
NST_API nst_status nst_painter_set_content(nst_painter* painter, const nst_image* content,
                                           const nst_run_settings* run);

/* Sets width, height and channels of the content's pictures; any pointer may be null.
 * NST_ERROR_USAGE without a content. */
NST_API nst_status nst_painter_picture_size(const nst_painter* painter, int* width, int* height,
                                            int* channels);

/* Paints the content as nst_paint_style does; as often as wanted. */
NST_API nst_status nst_painter_paint(nst_painter* painter, const nst_style* style,
                                     const nst_run_settings* run, nst_image* picture);

/* Paints the content into the caller's memory: u8 or f32, RGB or BGR, 3 or 4 channels, at most
 * nst_painter_picture_size (what is beyond on the right and below is left out). A fourth channel is
 * the content's alpha or opaque. What it holds after a failure is undefined. */
NST_API nst_status nst_painter_paint_into(nst_painter* painter, const nst_style* style,
                                          const nst_run_settings* run, const nst_image* picture);

#ifdef __cplusplus
}
#endif

/* ---- Going away: version 0.1's first functions, by plain numbers -------------------------------
 */
#include "nst/c_transitional.h"

#endif /* NST_NST_H */
