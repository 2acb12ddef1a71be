// Public C++ API of NST: arbitrary neural style transfer on the CPU.
//
//   Model        weights and architecture; immutable, shared freely between threads
//   StyleVector  what a painting is to the transformer: some numbers, to save, scale and blend
//   Session      one arena of memory; one thread at a time, any number of pictures of any sizes
//
// Images are interleaved RGB(A), rows from the top. Every failure is an nst::Error; nothing here
// prints, exits or reads the environment (but NST_ISA, see docs of Model::isa).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(_WIN32)
#define NST_API
#else
#define NST_API __attribute__((visibility("default")))
#endif

namespace nst {

// Version of this header, "major.minor.patch".
inline constexpr const char* kVersion = "0.1.0";

// The kind of failure; the values are also nst-run's exit codes and the C API's status codes.
enum class ErrorCode : int {
  internal = 1,    // a defect of NST itself
  usage = 2,       // an argument makes no sense
  input = 3,       // a picture or vector cannot be read or is unusable
  model = 4,       // a model file cannot be read, is damaged or incomplete
  output = 5,      // the result cannot be written
  limit = 6,       // a size or memory limit is exceeded
  cancelled = 130  // the progress callback asked to stop
};

// The one exception type. what() is a single line: what failed, on which file or tensor, what to do
// about it.
class NST_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

// How a sample is stored. u8 is 0..255, f32 is nominally 0..1.
enum class SampleType : std::uint8_t { u8, f32 };

// A borrowed picture: height rows of width pixels of `channels` interleaved samples (3 = RGB, 4 =
// RGB + alpha, not premultiplied). The caller keeps `data` alive during the call it is passed to.
struct ImageView {
  const void* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::ptrdiff_t row_stride_bytes = 0;  // 0 = dense rows
};

// An owned picture with dense rows.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::vector<std::uint8_t>
      bytes;  // height * width * channels samples of `type`, suitably aligned for float

  Image() = default;
  // A zeroed picture. Throws Error{limit} if the size does not fit in memory, Error{usage} if a
  // side is not positive.
  NST_API Image(int width, int height, int channels, SampleType type);

  std::size_t sample_count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
  // Typed access to the samples; `type` must match.
  float* f32() { return reinterpret_cast<float*>(bytes.data()); }
  const float* f32() const { return reinterpret_cast<const float*>(bytes.data()); }
  std::uint8_t* u8() { return bytes.data(); }
  const std::uint8_t* u8() const { return bytes.data(); }
  ImageView view() const { return {bytes.data(), width, height, channels, type, 0}; }
};

// How a picture is resized before the network sees it.
enum class Resize : std::uint8_t {
  smooth,  // antialiased bilinear (triangle filter whose support grows with the reduction)
  tf,      // tf.image.resize, TF2: bilinear, half-pixel centres, no antialiasing
  tf1      // tf.image.resize_bilinear, TF1 legacy: bilinear, corner at the origin, no antialiasing
};

// Returns `image` resized to width × height as f32 RGB (alpha dropped; u8 divided by 255), by
// `method`. The same size gives the same samples, whatever the method. Throws Error{usage} for
// empty sizes, Error{limit} if the result does not fit in memory.
NST_API Image resize(const ImageView& image, int width, int height, Resize method = Resize::smooth);

// How f32 becomes u8 on output: nearest rounds half up; truncate is numpy's (x *
// 255).astype(uint8). Both clamp to 0..255; NaN becomes 0.
enum class Quantise : std::uint8_t { nearest, truncate };
// Returns `image` as u8 with the channels it has; u8 pictures are copied.
NST_API Image to_u8(const ImageView& image, Quantise method = Quantise::nearest);

// What reading a picture may take.
struct ReadOptions {
  // Memory for decoding, the picture included, in bytes: what a file claims is compared before
  // anything is allocated for it. 0: 400 MiB, or 16 times the file where that is more.
  std::size_t max_memory_bytes = 0;
  // Where that is not enough, a JPEG may come at a half, a quarter or an eighth of its size, as
  // long as its shorter side keeps this many pixels: enough for a style, which is resized anyway.
  // 0: never.
  int least_side = 0;
};

// A picture, and what was wrong with its file that leaves no pixel in doubt: lines for a person,
// each beginning with the file's name. Mostly none.
struct LoadedImage {
  Image image;
  std::vector<std::string> warnings;
};

// Reads a picture by content, not by extension: JPEG, PNG (8/16 bit, grey, palette, alpha), BMP,
// TGA, GIF (first frame), PBM, PGM, PPM, and .npy (float32 [h, w, 3] in 0..1, returned as f32,
// unquantised; up to 0.5 outside is let pass). EXIF orientation is applied; gamma and colour
// profiles are not. Result: u8 RGB, u8 RGBA or f32 RGB. Throws Error{input} (unreadable, a format
// that is not read, cut short, or so damaged that pixels would be guessed) or Error{limit} (more
// than 2^28 pixels, or more memory than allowed).
NST_API LoadedImage load_image(const std::string& path, const ReadOptions& options = {});
// load_image without options and without its warnings.
NST_API Image read_image(const std::string& path);
// Decodes the picture in `bytes` as load_image does a file; `name` stands for the file in messages
// and warnings. What a header claims is compared with 2^28 pixels, with what the bytes can hold at
// most and with the memory allowed before anything is allocated for it.
NST_API LoadedImage decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                                 const ReadOptions& options = {});

// A colour of u8 samples.
struct Colour {
  std::uint8_t red, green, blue;
};
inline constexpr Colour kWhite{255, 255, 255};
// "#rgb", "#rrggbb" or a name of CSS ("white", "RebeccaPurple"). Throws Error{usage}.
NST_API Colour parse_colour(const std::string& text);

// Returns `picture` as it looks on `background`: RGB of the same type. The networks see colours
// alone, those under transparent pixels too: compose a picture with alpha before it is encoded or
// painted. A picture without alpha is copied.
NST_API Image compose(const ImageView& picture, Colour background = kWhite);
// Returns the alpha of a u8 RGBA picture as u8 of one channel, resized as `resize` does colours and
// rounded. Throws Error{usage} for other pictures.
NST_API Image resized_alpha(const ImageView& rgba, int width, int height,
                            Resize method = Resize::smooth);
// Returns u8 RGB and an alpha of the same size (one channel, u8) as RGBA. Throws Error{usage} if
// they are not that.
NST_API Image with_alpha(const ImageView& rgb, const Image& alpha);

// The formats that are written: .png, .jpg or .jpeg, .ppm, .npy.
enum class OutputFormat : std::uint8_t { png, jpeg, ppm, npy };
// The format that the extension of a path names, in any case. Throws Error{usage} for another one.
NST_API OutputFormat output_format(const std::string& path);

// Encodes a picture. JPEG (quality 1..100; colour at full resolution from 90 on, halved below) and
// PPM hold no alpha: a picture with alpha is composed on white. Throws Error{output} if the picture
// does not suit the format (npy wants f32 RGB, the others u8; JPEG sides end at 65500),
// Error{usage} for another quality, Error{limit} if memory ends.
NST_API std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                               int jpeg_quality = 95);

// Writes a picture by extension: .png, .jpg/.jpeg (quality 1..100), .ppm (both without alpha: it is
// composed on white), all u8; .npy (f32 RGB only: float32 [h, w, 3]). The file appears as by
// write_bytes. Throws Error{usage} for another extension or quality, Error{output} for everything
// else.
NST_API void write_image(const std::string& path, const ImageView& image, int jpeg_quality = 95);

// Removes the temporary files of writes that are going on in this process. For a signal handler
// that ends the process, and only for that: it is async-signal-safe, and those writes then fail.
NST_API void remove_unfinished_files() noexcept;

// Reads a file, a pipe or a device to its end, opening it once; "-" is standard input. Throws
// Error{input}, Error{limit} if memory ends.
NST_API std::vector<std::uint8_t> read_bytes(const std::string& path);
// Writes `bytes` to a file, which appears whole (a temporary file in the same folder, then rename)
// or not at all, and keeps owner and permissions of the one it replaces. A pipe or a device is
// written as it is; "-" is standard output. Throws Error{output}.
NST_API void write_bytes(const std::string& path, std::span<const std::uint8_t> bytes);

// What can be known of writing to `path` before there are bytes: throws Error{output} if the folder
// is missing or closed, or if the path is there but a folder or write-protected. Creates nothing.
NST_API void check_writable(const std::string& path);

// The style of a painting as the predictor sees it (the "bottleneck" of Ghiasi et al. 2017): one
// point of a space in which straight lines are useful: blend two styles, or weaken one towards the
// content's own style. The space is that of the predictor and the transformers trained with it;
// points of another space mean nothing to them.
struct StyleVector {
  std::vector<float> values;  // as many as the model has dimensions: 100 in the published ones
  // The name of the space, as ModelInfo::style_space; "" for unknown, which fits everything.
  std::string space;

  // The origin of an unknown space of `size` dimensions; published models have 100.
  explicit StyleVector(std::size_t size = 100) : values(size) {}
  std::size_t size() const { return values.size(); }

  // (1 - weight) * a + weight * b. weight 0 gives a, 1 gives b; outside [0, 1] extrapolates. Throws
  // Error{usage} for vectors of two sizes, or of two known spaces.
  NST_API static StyleVector blend(const StyleVector& a, const StyleVector& b, float weight);
  // .npy float32 [n], n from 1 to 4096, and the space in the header's padding, where NumPy sees a
  // comment; a file without one has the space "". Throws Error{input} (also for values that are not
  // finite or beyond ±1e4) / Error{output}, and save Error{usage} if `space` is no name of a space
  // (1 to 64 letters, digits, '.', '-', '_').
  NST_API static StyleVector load(const std::string& path);
  // The same from memory; `name` stands for the file in messages.
  NST_API static StyleVector decode(std::span<const std::uint8_t> bytes, const std::string& name);
  NST_API void save(const std::string& path) const;
  // The bytes of such a file.
  NST_API std::vector<std::uint8_t> encode() const;
};

// Called on the calling thread between layers with the fraction done in [0, 1]; return false to
// stop with Error{cancelled}.
using Progress = std::function<bool(double fraction)>;

// Threads of a run that asks for 0: as many as this process may use at once (CPU affinity and
// cgroup quota respected), at least 1.
NST_API int available_threads();

// Creates the threads that runs will use (0 = available_threads()), each on a processor of its own.
// Optional: the first run does it, which takes some 0.2 ms of it. Where the system gives fewer
// threads, runs take longer, to the same bytes. Throws Error{usage} as runs do.
//
// The library's threads sleep between runs, take none of the host's signals and live as long as the
// process; a forked child gets its own.
NST_API void start_threads(int threads = 0);

// What runs the threads, as this library was built: "own" (a team of the library's) or "openmp".
NST_API std::string thread_backend();

struct RunOptions {
  int threads = 0;  // 0 = as many as this process may use (affinity and cgroup quota respected)
  // Limit on the planned working memory (PlanInfo's arena and scratch), 0 = none. Large contents
  // are painted with less memory and a few percent more time where it asks for that, to the same
  // bytes; Error{limit} if even the smallest plan exceeds it.
  std::size_t max_memory_bytes = 0;
  Progress progress = {};  // may be empty
};

struct StyleOptions {
  // Shorter side the style is resized to, aspect kept; 0 = as it is. A style longer than 16 times
  // its width is given 16·style_size² pixels, so that a thin strip does not become a huge picture.
  int style_size = 256;
  Resize resize = Resize::smooth;
};

// What a model file says about itself.
struct ModelInfo {
  std::string name;            // "default" or the file's path
  std::string predictor;       // "inception_v3", "mobilenet_v2", "none"
  std::string transformer;     // "full", "separable"
  std::string padding;         // "reflect", "zero"
  double width = 1.0;          // α: residual channels / 128
  std::string style_space;     // of the style vectors it takes, "magenta-mobile-100"; "" unknown
  std::size_t style_size = 0;  // and how many values they have
  std::string source;          // where the weights came from
  std::string source_sha256;
  std::size_t tensor_count = 0;
  std::size_t parameter_count = 0;
  std::size_t file_bytes = 0;
};

// Peak of the planned memory and work of one run.
struct PlanInfo {
  std::size_t arena_bytes = 0;    // activations, planned before the run
  std::size_t scratch_bytes = 0;  // per-thread work buffers, all threads
  std::size_t weight_bytes = 0;   // packed weights of the networks used
  std::uint64_t mac = 0;          // multiply-accumulates of the direct algorithm
};

class Session;

class NST_API Model {
 public:
  // Opens a model file (.safetensors written by nst-weights). Throws Error{model}.
  static Model open(const std::string& path);
  // The same from memory; the bytes must outlive the model. `name` appears in messages.
  static Model open_memory(const void* data, std::size_t size, const std::string& name);
  // The same from bytes that the model keeps.
  static Model open_memory(std::vector<std::uint8_t> bytes, const std::string& name);
  // The small model embedded in this library.
  static Model default_model();

  const ModelInfo& info() const;
  // Name of the instruction-set table in use: "baseline", "avx2", "avx512", "zen4", "neon". Chosen
  // once per process from what CPU and operating system support, or by the environment variable
  // NST_ISA (an unknown or unsupported name is Error{usage}).
  static std::string isa();
  // Every table compiled in that this CPU can run, best first.
  static std::vector<std::string> supported_isas();

  // Style of a picture; alpha is dropped (see compose). Throws Error{input} if it is too small
  // (shorter side ≥ 43 for Inception-v3 after resizing) or has a float sample that is not finite or
  // more than 0.5 outside 0..1, Error{limit} before anything is resized if it needs more than
  // run.max_memory_bytes, or than 1 GiB where that is 0.
  StyleVector encode_style(const ImageView& style, const StyleOptions& options = {},
                           const RunOptions& run = {}) const;
  // Throws if `style` is not what this model takes: Error{input} if it is of another size or a
  // value is not finite or beyond ±1e4, Error{model} if it is of another known space. Painting
  // checks it too.
  void check_style(const StyleVector& style) const;
  // Paints `content` (≥ 5×5; alpha is dropped) with a style. Throws Error{input} for samples as
  // above, and what check_style throws. Returns f32 RGB of the network's own size,
  // 4·ceil(⌈side/2⌉/2) per side: aligned at the top left, so crop right and bottom to the content's
  // size for a picture.
  Image stylize(const ImageView& content, const StyleVector& style,
                const RunOptions& run = {}) const;

  // Plans of one run without running it. max_memory_bytes as in RunOptions: the plan that such a
  // run would take, or the smallest there is if none fits.
  PlanInfo plan_predictor(int width, int height, int threads = 0) const;
  PlanInfo plan_transformer(int width, int height, int threads = 0,
                            std::size_t max_memory_bytes = 0) const;

  // For the library itself: Impl is not part of the interface.
  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// Many pictures, many styles: owns its memory and reuses it for the next picture of the same size;
// use from one thread at a time. Keeps the model alive.
class NST_API Session {
 public:
  explicit Session(Model model);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  // Model::encode_style, several times: what the first one allocates is kept.
  StyleVector encode_style(const ImageView& style, const StyleOptions& options = {},
                           const RunOptions& run = {});
  // Encodes the content (≥ 5×5), once for all the styles it is painted in. Throws Error{input},
  // Error{limit}, Error{cancelled}.
  void set_content(const ImageView& content, const RunOptions& run = {});
  // Paints the current content; as often as wanted. Throws Error{usage} before set_content.
  Image render(const StyleVector& style, const RunOptions& run = {});
  // The same into `picture`: overwritten if it is f32 RGB of the output's size, else replaced, so
  // that one picture serves frame after frame. What it holds after an Error is undefined.
  void render_into(Image& picture, const StyleVector& style, const RunOptions& run = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nst
