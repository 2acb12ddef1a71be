// A model: its networks, what it says about itself, styles and paintings by it.
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
  bool square = false;  // squeezed to style_size × style_size instead, whatever its aspect
};

// What a model file says about itself.
struct ModelInfo {
  std::string name;            // "default" or the file's path
  std::string predictor;       // "inception_v3", "mobilenet_v2", "none"
  std::string transformer;     // "full", "separable"
  std::string padding;         // "reflect", "zero"
  double width = 1.0;          // α: residual channels / 128
  int residual_blocks = 0;     // 5 or 20 in published models
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

}  // namespace nst
