// A model: its networks, its description, and functions that encode styles and paint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nst/export.h"
#include "nst/image.hpp"
#include "nst/progress.hpp"
#include "nst/style.hpp"

namespace nst {

// How a network is run: threads, memory limit, progress callback.
struct RunOptions {
  // Number of threads. 0: as many as this process may use (CPU affinity and cgroup quota).
  int threads = 0;
  // Limit for the working memory of a run in bytes (arena plus scratch of PlanInfo). 0: no limit.
  // With a limit, large contents take less memory and a few percent more time; the output's bytes
  // stay the same. Error{limit} is thrown if even the smallest plan exceeds the limit.
  std::size_t max_memory_bytes = 0;
  Progress progress = {};  // called several times during a run; empty: no calls
};

// How a picture is prepared for the style predictor.
struct StyleOptions {
  // The shorter side after resizing, with the aspect kept; 0: not resized. A style whose aspect
  // (longer / shorter side) exceeds 16 is resized to 16·style_size² pixels instead. Otherwise a
  // thin strip would become huge.
  int style_size = 256;
  Resize resize = Resize::smooth;
  bool square = false;  // true: resized to style_size × style_size; the aspect may change
};

// What a model file says about its networks and where they come from.
struct ModelInfo {
  std::string name;            // "default", or the path of the model file
  std::string predictor;       // kind of predictor: "inception_v3", "mobilenet_v2", "none"
  std::string transformer;     // kind of transformer: "full" or "separable"
  std::string padding;         // kind of padding: "reflect" or "zero"
  double width = 1.0;          // width factor: channels of a residual block / 128
  int residual_blocks = 0;     // number of residual blocks: 5 or 20 in published models
  std::string style_space;     // space of the style vectors that the model accepts; "": unknown
  std::size_t style_size = 0;  // number of values of a style vector
  std::string source;          // origin of the weights
  // SHA-256 of the source, in hexadecimal
  std::string source_sha256;
  // Number of tensors in the model file.
  std::size_t tensor_count = 0;
  // Number of values in all tensors of the file together.
  std::size_t parameter_count = 0;
  std::size_t file_bytes = 0;
};

// The memory and work of one run. They are computed without running.
struct PlanInfo {
  std::size_t arena_bytes = 0;    // memory for the tensors between the layers, in bytes
  std::size_t scratch_bytes = 0;  // work buffers of all threads, in bytes
  std::size_t weight_bytes = 0;   // packed weights of the network, in bytes
  // Multiply-accumulates by the plain definition of the layers. Fast algorithms (Winograd) need
  // fewer.
  std::uint64_t mac = 0;
  // memory that plan_paint counts besides the network: pictures for brush, colours and mask, in
  // bytes
  std::size_t picture_bytes = 0;
};

struct OpenModel;

// A model: an immutable set of networks and weights. Copies of a Model share the networks and
// weights. Several threads may use one model at the same time.
class NST_API Model {
 public:
  // Opens a model file (.safetensors written by nst-weights). Throws Error{model}.
  static Model open(const std::string& path);
  // Opens a model file of `size` bytes in memory. The bytes must outlive the model. Messages call
  // the file `name`. Throws Error{model}.
  static Model open_memory(const void* data, std::size_t size, const std::string& name);
  // Opens a model file in memory; the model keeps the bytes. Messages call the file `name`. Throws
  // Error{model}.
  static Model open_memory(std::vector<std::uint8_t> bytes, const std::string& name);
  // Returns the small model embedded in this library.
  static Model default_model();

  // Returns the model's description. The reference is valid as long as the model.
  const ModelInfo& info() const;
  // Returns the name of the instruction set in use: "baseline", "avx2", "avx512" or "zen4" on
  // x86-64, "neon" on AArch64. It is chosen once per process: by the environment variable NST_ISA
  // if set, otherwise the best one that CPU and operating system support. Throws Error{usage} if
  // NST_ISA names an unknown or unsupported instruction set.
  static std::string isa();
  // Returns the names of all instruction sets that this build has and this CPU supports, best
  // first.
  static std::vector<std::string> supported_isas();

  // Returns the style vector of a picture. Alpha is ignored: call nst::compose before for a picture
  // with transparent pixels.
  //
  // - Throws Error{input} if the picture is too small. Inception-v3 needs a shorter side of at
  //   least 43 after resizing.
  // - Throws Error{input} if a float sample is not finite or more than 0.5 outside 0..1.
  // - Throws Error{limit} if more memory is needed than run.max_memory_bytes (or than 1 GiB, if
  //   that is 0). The limit is checked before resizing.
  StyleVector encode_style(const ImageView& style, const StyleOptions& options = {},
                           const RunOptions& run = {}) const;
  // Checks that this model accepts `style`; painting makes the same check. Throws Error{input} if
  // the size differs, or if a value is not finite or beyond ±1e4. Throws Error{model} if the style
  // belongs to a different known space.
  void check_style(const StyleVector& style) const;
  // Paints `content` (at least 5×5; alpha is ignored) in a style. Returns f32 RGB of the network's
  // own output size, 4·⌈⌈side/2⌉/2⌉ per side, which can be larger than the content. To get the
  // content's size, crop the output at the right and at the bottom. Throws as check_style does.
  // Throws Error{input} for float samples outside the range that encode_style accepts.
  Image stylize(const ImageView& content, const StyleVector& style,
                const RunOptions& run = {}) const;

  // Return the memory and work of one run, without running it. If max_memory_bytes is not 0, they
  // describe a run with this limit, or with the smallest possible memory if no plan fits.
  PlanInfo plan_predictor(int width, int height, int threads = 0) const;
  PlanInfo plan_transformer(int width, int height, int threads = 0,
                            std::size_t max_memory_bytes = 0) const;

 private:
  friend struct ModelAccess;  // lets the library's own source files use opened_
  explicit Model(std::shared_ptr<const OpenModel> opened) : opened_(std::move(opened)) {}

  std::shared_ptr<const OpenModel> opened_;
};

}  // namespace nst
