/* The part of the C API about pictures and files. nst.h includes this header; include nst.h. */
#ifndef NST_C_IMAGE_H
#define NST_C_IMAGE_H

#include <stddef.h>

#include "nst/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The result of a function. The values are also nst-run's exit codes. */
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

/* ---- Pictures ------------------------------------------------------------------------------ */

/* How a sample is stored: NST_U8 is 0..255, NST_F32 is nominally 0..1. */
typedef enum nst_sample_type { NST_U8 = 0, NST_F32 = 1 } nst_sample_type;

/* The order of a pixel's samples. Alpha, if present, is the last channel and not premultiplied. */
typedef enum nst_pixel_format {
  NST_RGB = 0,   /* interleaved R, G, B (3 channels) or R, G, B, alpha (4) */
  NST_BGR = 1,   /* interleaved B, G, R (3 channels) or B, G, R, alpha (4) */
  NST_GREY = 2,  /* grey (1 channel), or grey and alpha (2) */
  NST_PLANAR = 3 /* separate planes of R, G, B (3) and alpha (4) */
} nst_pixel_format;

/* How a picture is resized (nst::Resize). */
typedef enum nst_resize_method {
  NST_RESIZE_SMOOTH = 0, /* antialiased bilinear: a triangle filter */
  NST_RESIZE_TF = 1,     /* as tf.image.resize of TensorFlow 2 */
  NST_RESIZE_TF1 = 2     /* as resize_bilinear of TensorFlow 1 */
} nst_resize_method;

/* How f32 becomes u8. NST_NEAREST rounds half up. NST_TRUNCATE cuts the fraction off, as NumPy's
 * (x * 255).astype(uint8) does. */
typedef enum nst_quantise { NST_NEAREST = 0, NST_TRUNCATE = 1 } nst_quantise;

/* The file formats that can be written. */
typedef enum nst_output_format {
  NST_PNG = 0,
  NST_JPEG = 1,
  NST_PPM = 2,
  NST_NPY = 3,
  NST_TIFF = 4,
  NST_WEBP = 5
} nst_output_format;

/* A picture: `height` rows from the top, of `width` pixels with `channels` samples each.
 *
 * - u8 samples are 0..255, f32 samples nominally 0..1.
 * - row_stride_bytes: from one row to the next; may be negative; 0 means dense rows.
 * - plane_stride_bytes: from one plane to the next; 0 means height * row_stride_bytes.
 *
 * Functions that only read a picture do not write to `data`. Painting, encoding, compose and
 * resize read every format; the other functions read NST_RGB only. A picture made by the library
 * has dense rows and is freed by nst_image_free. */
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

/* Limits and options for reading a picture. */
typedef struct nst_read_options {
  size_t struct_size;
  /* Memory for decoding, including the decoded picture. 0: the larger of 400 MiB and 16 times
   * the file. */
  size_t max_memory_bytes;
  /* If that memory is not enough, a JPEG or WebP may be decoded at 1/2, 1/4 or 1/8 of its size. Its
   * shorter side then keeps at least this many pixels. 0: never. */
  int least_side;
  /* 1: EXIF orientation and colour profiles are ignored, and 16-bit samples are cut to 8 bits
   * instead of rounded. */
  int as_tensorflow;
  /* 1: samples are not converted to sRGB. */
  int ignore_profile;
  /* 1: a JPEG, PNG or TIFF that is cut or damaged gives the pixels that it has. nst_last_warnings
   * says what is missing. */
  int damaged;
} nst_read_options;
/* The defaults of nst_read_options. */
#define NST_READ_OPTIONS_INIT \
  { sizeof(nst_read_options), 0, 0, 0, 0, 0 }

/* What a picture file says besides its pixels: EXIF, XMP, IPTC, resolution (nst::Metadata). */
typedef struct nst_metadata nst_metadata;

/* Reads a picture file. The content tells the format: JPEG, PNG, BMP, TGA, GIF, PNM or .npy; TIFF,
 * WebP, HEIC and AVIF where the build has their libraries. EXIF orientation is applied, and colours
 * are converted to sRGB. *image becomes u8 RGB or RGBA; a .npy file becomes f32 RGB.
 *
 * Returns NST_ERROR_INPUT if the file cannot be read or is damaged, NST_ERROR_LIMIT for more
 * than 2^28 pixels or too much memory. */
NST_API nst_status nst_image_read(const char* path, nst_image* image);

/* Reads a picture file as nst_image_read does, within a memory limit. 0 means the default of
 * nst_read_options. */
NST_API nst_status nst_image_read_within(const char* path, size_t max_memory_bytes,
                                         nst_image* image);

/* Reads a picture file as nst_image_read does, with all options. */
NST_API nst_status nst_image_load(const char* path, const nst_read_options* options,
                                  nst_image* image);

/* Decodes a picture file of `size` bytes in memory. Messages call the file `name`; null means
 * "picture". */
NST_API nst_status nst_image_decode(const void* bytes, size_t size, const char* name,
                                    const nst_read_options* options, nst_image* image);

/* Decodes a picture file in memory as nst_image_decode does. Also sets *metadata to what the file
 * says besides the pixels; free it by nst_metadata_free. */
NST_API nst_status nst_image_decode_all(const void* bytes, size_t size, const char* name,
                                        const nst_read_options* options, nst_image* image,
                                        nst_metadata** metadata);

/* Frees metadata. Null is allowed. */
NST_API void nst_metadata_free(nst_metadata* metadata);

/* Frees the data of a picture made by this API and zeroes the struct. Null is allowed. */
NST_API void nst_image_free(nst_image* image);

/* Composes an NST_RGB picture on a colour, in place. Afterwards the picture has 3 channels and
 * dense rows. A picture without alpha is left unchanged. The row stride must not be negative.
 * Painting and encoding compose by themselves, so they do not need this call. */
NST_API nst_status nst_image_compose(nst_image* image, unsigned char red, unsigned char green,
                                     unsigned char blue);

/* Makes *resized, f32 RGB of width × height, from a picture of any format. Alpha is dropped. */
NST_API nst_status nst_image_resize(const nst_image* image, int width, int height,
                                    nst_resize_method method, nst_image* resized);

/* Makes *bytes, a u8 picture with the channels of `image`. A u8 picture is copied. */
NST_API nst_status nst_image_to_u8(const nst_image* image, nst_quantise method, nst_image* bytes);

/* Makes *alpha, the alpha of a picture resized to width × height: u8, one channel (NST_GREY). */
NST_API nst_status nst_image_resized_alpha(const nst_image* image, int width, int height,
                                           nst_resize_method method, nst_image* alpha);

/* Makes *rgba from a u8 RGB picture and an alpha picture. `alpha` has the size of `rgb`, one u8
 * channel and dense rows. */
NST_API nst_status nst_image_with_alpha(const nst_image* rgb, const nst_image* alpha,
                                        nst_image* rgba);

/* Writes a picture in the format of the path's extension:
 *
 * - .png, .jpg, .jpeg, .ppm, .tif, .tiff, .webp: from u8
 * - .npy: from f32 RGB
 *
 * The file appears complete or not at all. jpeg_quality is 1..100. Returns NST_ERROR_USAGE for
 * any other extension or quality, NST_ERROR_OUTPUT if the picture cannot be written. */
NST_API nst_status nst_image_write(const char* path, const nst_image* image, int jpeg_quality);

/* Encodes a picture as a file in memory. Sets *bytes and *size; free the bytes by
 * nst_bytes_free. */
NST_API nst_status nst_image_encode(const nst_image* image, nst_output_format format,
                                    int jpeg_quality, unsigned char** bytes, size_t* size);

/* How a JPEG stores colour (nst::Subsampling). AUTO: 4:4:4 from quality 90 on, 4:2:0 below. */
typedef enum nst_subsampling {
  NST_SUBSAMPLING_AUTO = 0,
  NST_SUBSAMPLING_444 = 1,
  NST_SUBSAMPLING_422 = 2,
  NST_SUBSAMPLING_420 = 3
} nst_subsampling;

/* Which metadata is written (nst::KeepMetadata). SAFE: no GPS, maker notes, serial numbers, owner
 * names, XMP or IPTC. */
typedef enum nst_keep_metadata {
  NST_METADATA_SAFE = 0,
  NST_METADATA_ALL = 1,
  NST_METADATA_NONE = 2
} nst_keep_metadata;

/* How a picture is written to a file (nst::EncodeOptions). */
typedef struct nst_encode_options {
  size_t struct_size;
  int quality; /* 1..100, of JPEG and WebP; a WebP of 100 is lossless */
  nst_subsampling subsampling;
  int progressive;              /* not 0: a JPEG that appears coarse first */
  int depth;                    /* bits of a sample: 8, or 16 in PNG and TIFF, from f32 or u8 */
  const nst_metadata* metadata; /* what to write besides the pixels; null: nothing */
  nst_keep_metadata keep;
  int threads; /* that compress a PNG; 0: as many as this process may use */
} nst_encode_options;
/* The defaults of nst_encode_options. */
#define NST_ENCODE_OPTIONS_INIT \
  { sizeof(nst_encode_options), 95, NST_SUBSAMPLING_AUTO, 0, 8, NULL, NST_METADATA_SAFE, 0 }

/* Encodes a picture as nst_image_encode does, with all options. */
NST_API nst_status nst_image_encode_as(const nst_image* image, nst_output_format format,
                                       const nst_encode_options* options, unsigned char** bytes,
                                       size_t* size);

/* Writes a picture as nst_image_write does, with all options. */
NST_API nst_status nst_image_write_as(const char* path, const nst_image* image,
                                      const nst_encode_options* options);

/* Sets *format to the format that a path's extension names, in upper or lower case. Returns
 * NST_ERROR_USAGE for an unknown extension. */
NST_API nst_status nst_output_format_of(const char* path, nst_output_format* format);

/* Parses a colour: "#rgb", "#rrggbb" or a CSS colour name. Sets rgb[0..2] to red, green and
 * blue. Returns NST_ERROR_USAGE for any other text. */
NST_API nst_status nst_parse_colour(const char* text, unsigned char* rgb);

/* Computes the size of a width × height picture after a resize by its shorter side. The shorter
 * side becomes shorter_side by Magenta's formula; the aspect is kept (nst::apply). */
NST_API nst_status nst_size_by_shorter_side(int width, int height, int shorter_side, int* out_width,
                                            int* out_height);

/* ---- Files --------------------------------------------------------------------------------- */

/* Reads a file, a pipe or standard input ("-") to its end. Sets *bytes and *size; free the bytes
 * by nst_bytes_free. */
NST_API nst_status nst_bytes_read(const char* path, unsigned char** bytes, size_t* size);

/* Writes `size` bytes to a file, a pipe or standard output ("-"). A file appears complete or not
 * at all. */
NST_API nst_status nst_bytes_write(const char* path, const void* bytes, size_t size);

/* Frees bytes made by this API. Null is allowed. */
NST_API void nst_bytes_free(unsigned char* bytes);

/* Checks whether `path` could be written, as far as that is known without data. Creates nothing.
 * Returns NST_ERROR_OUTPUT if writing would fail. */
NST_API nst_status nst_check_writable(const char* path);

/* Removes the temporary files of all writes in progress, which then fail. Async-signal-safe. Only
 * for a signal handler that ends the process. */
NST_API void nst_remove_unfinished_files(void);

#ifdef __cplusplus
}
#endif

#endif /* NST_C_IMAGE_H */
