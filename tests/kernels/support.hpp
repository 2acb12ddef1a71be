// Declarations that the kernel tests share: random tensors, slices and strips of tensors, and a
// function that runs a whole convolution.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace nst::kernels::test {

// Pseudo-random numbers, the same on every platform: SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  int between(int low, int high);  // returns an integer from low to high
  bool chance() { return between(0, 1) == 1; }
  float uniform(float low, float high);

 private:
  std::uint64_t state_;
};

// An array of floats that ends at an inaccessible page, so that reading or writing beyond it
// crashes. This works with any instruction set and without a sanitizer. With `aligned`, the array
// begins at a multiple of 64 bytes; then up to 63 bytes between its end and the page are
// accessible.
class Guarded {
 public:
  Guarded() = default;
  Guarded(std::size_t count, float fill, bool aligned = false);
  Guarded(const Guarded& other);
  Guarded(Guarded&& other) noexcept;
  Guarded& operator=(Guarded other) noexcept;
  ~Guarded();

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::size_t size() const { return size_; }
  float* begin() { return data_; }
  float* end() { return data_ + size_; }
  float& operator[](std::size_t i) { return data_[i]; }
  float operator[](std::size_t i) const { return data_[i]; }

 private:
  void swap(Guarded& other) noexcept;

  void* mapping_ = nullptr;
  std::size_t mapping_bytes_ = 0;
  float* data_ = nullptr;
  std::size_t size_ = 0;
};

// An NHWC tensor that is a slice of a wider tensor. After each pixel follow `gap` floats (kForeign)
// that belong to the wider tensor and must not be changed. `offset` floats before the first pixel
// make its address unaligned. Only the rows [first_row, first_row + rows) are in memory.
class Tensor {
 public:
  static constexpr float kForeign = -777.25f;

  Tensor() = default;
  Tensor(int h, int w, int c, int gap = 0, int offset = 0);
  static Tensor random(Random& random, int h, int w, int c, int gap, int offset, float low,
                       float high);
  // Returns the rows [first, first + rows) as a strip with memory of its own.
  Tensor strip(int first, int rows) const;
  // Return a tensor of the same shape: magnitude() with the absolute values, scaled() with every
  // value times `factor`.
  Tensor magnitude() const;
  Tensor scaled(float factor) const;

  bool empty() const { return c_ == 0; }
  int h() const { return h_; }
  int w() const { return w_; }
  int c() const { return c_; }
  float& at(int y, int x, int c);
  float at(int y, int x, int c) const;
  ConstView view() const;  // the view's data is null if the tensor is empty
  View mutable_view();
  bool foreign_untouched() const;
  bool operator==(const Tensor& other) const;  // returns true if all values have the same bytes

 private:
  int h_ = 0, w_ = 0, c_ = 0, gap_ = 0, offset_ = 0, first_row_ = 0;
  Guarded data_;
};

struct ConvCase {
  ConvSpec spec;
  ConvGeometry geometry;
  Activation act = Activation::none;
  Activation input_act = Activation::none;
  bool prologue = false, prologue_add = false, prologue_output = false, bias = false,
       epilogue_add = false;
  // true: each relu clamps at a floor for each channel instead of at 0. Exception: with
  // epilogue_add, the output's relu clamps at 0.
  bool floors = false;
  float prologue_add_factor = 1.0f;
  int gap = 0, offset = 0;

  std::string describe() const;
};

// The operands of a convolution.
struct ConvData {
  Tensor x, prologue_add, epilogue_add;
  Guarded weights, bias, scale, shift;
  // No floor is above 0. So a relu, max(x, floor), never makes the magnitude of x larger.
  Guarded input_floor, floor;

  static ConvData random(Random& random, const ConvCase& conv);
  ConvData magnitude() const;
};

struct ConvResult {
  Tensor output, prologue_output;
  std::vector<Block> blocks;
  std::vector<std::vector<float>> moments;  // moments[n] are those of blocks[n]
};

enum class BlockOrder { forward, backward };

// Runs all blocks of a convolution. Scratch and output are filled with NaN first, so that values
// which are not written show.
ConvResult run_conv(const Table& table, const ConvCase& conv, const ConvData& data,
                    BlockOrder order = BlockOrder::forward, bool moments = false);

// Runs one block on strips of x, epilogue_add and output. prologue_add is not used, and the
// prologue's result is not stored.
void run_block(const Table& table, const ConvCase& conv, const ConvData& data, const Tensor& x,
               const Tensor& epilogue_add, const Block& block, Tensor& output);

// Returns, for each output, the largest difference from the reference that rounding can explain.
Tensor conv_tolerance(const ConvCase& conv, const ConvData& data);

// Calls f for every table that this CPU can run. Prints the names of the other tables.
void for_each_table(const std::function<void(const Table&)>& f);

}  // namespace nst::kernels::test
