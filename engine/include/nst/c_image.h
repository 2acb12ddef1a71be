/* The part of nst.h about pictures and files; include nst.h. */
#ifndef NST_C_IMAGE_H
#define NST_C_IMAGE_H

#include <stddef.h>

#include "nst/export.h"

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

/* ---- Pictures ----------------------------------------------------------------------------------
 */

typedef enum nst_sample_type { NST_U8 = 0, NST_F32 = 1 } nst_sample_type;

/* What the samples of a pixel are. Alpha, where there is one, is the last channel and not
 * premultiplied. */
typedef enum nst_pixel_format {
  NST_RGB = 0,   /* R, G, B side by side (3 channels), or R, G, B, alpha (4) */
  NST_BGR = 1,   /* B, G, R (3), or B, G, R, alpha (4) */
  NST_GREY = 2,  /* grey (1), or grey, alpha (2) */
  NST_PLANAR = 3 /* a plane each of R, G, B (3) and alpha (4), one sample a pixel */
} nst_pixel_format;

typedef enum nst_resize_method {
  NST_RESIZE_SMOOTH = 0, /* antialiased bilinear */
  NST_RESIZE_TF = 1,     /* tf.image.resize, TF2 */
  NST_RESIZE_TF1 = 2     /* TF1 legacy bilinear */
} nst_resize_method;

/* How f32 becomes u8: rounded half up, or cut off as numpy's (x * 255).astype(uint8) does. */
typedef enum nst_quantise { NST_NEAREST = 0, NST_TRUNCATE = 1 } nst_quantise;

typedef enum nst_output_format {
  NST_PNG = 0,
  NST_JPEG = 1,
  NST_PPM = 2,
  NST_NPY = 3
} nst_output_format;

/* A picture: `height` rows of `width` pixels of `channels` samples, rows from the top. u8 is
 * 0..255, f32 nominally 0..1. row_stride_bytes leads from row to row and may be negative, 0 means
 * dense rows; plane_stride_bytes from plane to plane, 0 means height * row_stride_bytes. As an
 * argument to read, `data` is not written. Painting, encoding, compose and resize read every
 * format, all else NST_RGB alone. A picture that a function makes has dense rows and is freed by
 * nst_image_free. */
typedef struct nst_image {
  void* data;
  int width;
  int height;
  int channels;
  nst_sample_type type;
  ptrdiff_t row_stride_bytes;
  nst_pixel_format format;
  ptrdiff_t plane_stride_bytes;
} nst_image;

/* What reading a picture may take. */
typedef struct nst_read_options {
  size_t struct_size;
  /* Memory for decoding, the picture included. 0: 400 MiB, or 16 times the file where that is more.
   */
  size_t max_memory_bytes;
  /* Where that is not enough, a JPEG may come at a half to an eighth of its size, as long as its
   * shorter side keeps this many pixels. 0: never. */
  int least_side;
  /* 1: EXIF orientation is not applied, and samples of 16 bits are cut to 8 instead of rounded. */
  int as_tensorflow;
} nst_read_options;
#define NST_READ_OPTIONS_INIT \
  { sizeof(nst_read_options), 0, 0, 0 }

/* Reads a picture file by its content: JPEG, PNG, BMP, TGA, GIF, PNM, .npy; EXIF orientation is
 * applied. *image becomes u8 RGB or RGBA, or f32 RGB of a .npy. NST_ERROR_INPUT for a file that
 * cannot be read or is damaged, NST_ERROR_LIMIT for more than 2^28 pixels or too much memory. */
NST_API nst_status nst_image_read(const char* path, nst_image* image);

/* nst_image_read within a limit: 0 means the default of nst_read_options. */
NST_API nst_status nst_image_read_within(const char* path, size_t max_memory_bytes,
                                         nst_image* image);

/* nst_image_read with all options. */
NST_API nst_status nst_image_load(const char* path, const nst_read_options* options,
                                  nst_image* image);

/* Decodes a picture file of `size` bytes in memory. `name` stands for the file in messages; null is
 * "picture". */
NST_API nst_status nst_image_decode(const void* bytes, size_t size, const char* name,
                                    const nst_read_options* options, nst_image* image);

/* Frees the data of a picture that a function of this API made, and zeroes the struct. Null is
 * fine. */
NST_API void nst_image_free(nst_image* image);

/* Composes a picture on a colour, in its own memory: afterwards it has 3 channels and dense rows.
 * For NST_RGB with rows that follow each other; one without alpha is left as it is. Painting and
 * encoding compose by themselves. */
NST_API nst_status nst_image_compose(nst_image* image, unsigned char red, unsigned char green,
                                     unsigned char blue);

/* Makes *resized, f32 RGB of width × height, from a picture of any format; alpha is dropped. */
NST_API nst_status nst_image_resize(const nst_image* image, int width, int height,
                                    nst_resize_method method, nst_image* resized);

/* Makes *bytes, u8 with the same channels; a u8 picture is copied. */
NST_API nst_status nst_image_to_u8(const nst_image* image, nst_quantise method, nst_image* bytes);

/* Makes *alpha, u8 of one channel (NST_GREY): the alpha of a picture resized to width × height. */
NST_API nst_status nst_image_resized_alpha(const nst_image* image, int width, int height,
                                           nst_resize_method method, nst_image* alpha);

/* Makes *rgba of a u8 RGB picture and an alpha of its size, u8 of one channel with dense rows. */
NST_API nst_status nst_image_with_alpha(const nst_image* rgb, const nst_image* alpha,
                                        nst_image* rgba);

/* Writes a picture by extension: .png, .jpg or .jpeg, .ppm (u8), .npy (f32 RGB). The file appears
 * whole or not at all. jpeg_quality is 1..100. NST_ERROR_USAGE for another extension or quality,
 * NST_ERROR_OUTPUT for what cannot be written. */
NST_API nst_status nst_image_write(const char* path, const nst_image* image, int jpeg_quality);

/* Encodes a picture as a file in memory: sets *bytes and *size; free by nst_bytes_free. */
NST_API nst_status nst_image_encode(const nst_image* image, nst_output_format format,
                                    int jpeg_quality, unsigned char** bytes, size_t* size);

/* Sets *format to what the extension of a path names, in any case. NST_ERROR_USAGE for another. */
NST_API nst_status nst_output_format_of(const char* path, nst_output_format* format);

/* Sets rgb[3] to the colour "#rgb", "#rrggbb" or a name of CSS. NST_ERROR_USAGE for other texts. */
NST_API nst_status nst_parse_colour(const char* text, unsigned char* rgb);

/* Sets the size that a picture of width × height is brought to: its shorter side becomes
 * shorter_side by Magenta's formula, aspect kept (nst::apply). */
NST_API nst_status nst_size_by_shorter_side(int width, int height, int shorter_side, int* out_width,
                                            int* out_height);

/* ---- Files -------------------------------------------------------------------------------------
 */

/* Reads a file, a pipe or ("-") standard input to its end: sets *bytes and *size; free by
 * nst_bytes_free. */
NST_API nst_status nst_bytes_read(const char* path, unsigned char** bytes, size_t* size);

/* Writes `size` bytes to a file, which appears whole or not at all, a pipe or ("-") standard
 * output. */
NST_API nst_status nst_bytes_write(const char* path, const void* bytes, size_t size);

/* Frees bytes that a function of this API made. Null is fine. */
NST_API void nst_bytes_free(unsigned char* bytes);

/* NST_ERROR_OUTPUT if it can be known before there are bytes that `path` cannot be written. Creates
 * nothing. */
NST_API nst_status nst_check_writable(const char* path);

/* Removes the temporary files of writes that are going on: for a signal handler that ends the
 * process, and only for that. Async-signal-safe. */
NST_API void nst_remove_unfinished_files(void);

#ifdef __cplusplus
}
#endif

#endif /* NST_C_IMAGE_H */
