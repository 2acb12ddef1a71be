#include "weights/packed_conv.hpp"

#include <algorithm>
#include <utility>

#include "weights/loaded_floats.hpp"

namespace nst {
namespace {

// Returns a number of floats, rounded up so that they fill whole cache lines.
std::size_t aligned(std::size_t floats) {
  constexpr std::size_t kLine = AlignedBuffer::kAlignment / sizeof(float);
  return (floats + kLine - 1) / kLine * kLine;
}

}  // namespace

PackedConv::PackedConv(const kernels::Table& table, const kernels::ConvSpec& spec,
                       const TensorEntry& weights, const TensorEntry* biases,
                       const FileContents* contents, std::string name)
    : plan_(kernels::conv_plan(table, spec)),
      weights_(&weights),
      biases_(biases),
      contents_(contents),
      name_(std::move(name)) {}

std::size_t PackedConv::bias_offset() const { return aligned(plan_.packed_floats); }

std::size_t PackedConv::packed_floats() const {
  return bias_offset() + (biases_ ? aligned(static_cast<std::size_t>(plan_.spec.out_c)) : 0);
}

void PackedConv::pack(const std::shared_ptr<AlignedBuffer>& block, float* place) const {
  const std::lock_guard lock(mutex_);
  if (is_packed()) return;
  kernels::conv_pack(plan_, LoadedFloats(*weights_, contents_, name_).data(), place);
  if (biases_) {
    const LoadedFloats biases(*biases_, contents_, name_);
    std::copy_n(biases.data(), plan_.spec.out_c, place + bias_offset());
  }
  block_ = block;
  packed_.store(place, std::memory_order_release);
}

void PackedConv::sum_taps() const {
  const std::lock_guard lock(mutex_);
  if (!tap_sums_.empty()) return;
  const kernels::ConvSpec& spec = plan_.spec;
  const auto taps =
      static_cast<std::size_t>(spec.kernel_h) * static_cast<std::size_t>(spec.kernel_w);
  const auto in = static_cast<std::size_t>(spec.depthwise ? 1 : spec.in_c);
  const auto out = static_cast<std::size_t>(spec.out_c);
  tap_sums_.resize(in * out);
  const LoadedFloats weights(*weights_, contents_, name_);
  const float* weight = weights.data();
  for (std::size_t tap = 0; tap < taps; ++tap) {
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o) tap_sums_[o * in + i] += *weight++;
    }
  }
}

}  // namespace nst
