#include "model/layer_store.hpp"

#include <algorithm>
#include <utility>

#include "platform/fork_guard.hpp"

namespace nst {
namespace {

// Larger sides are no network of this family and would overflow the kernels' int arithmetic.
constexpr std::int64_t kMaxKernel = 15;
constexpr std::int64_t kMaxChannels = 1 << 14;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

AlignedBuffer copy_floats(const TensorEntry& tensor, const std::string& name) {
  AlignedBuffer buffer(static_cast<std::size_t>(tensor.element_count()), name);
  to_float(tensor, buffer.data());
  return buffer;
}

// Whole cache lines.
std::size_t aligned(std::size_t floats) {
  constexpr std::size_t kLine = AlignedBuffer::kAlignment / sizeof(float);
  return (floats + kLine - 1) / kLine * kLine;
}

}  // namespace

ConvLayer::ConvLayer(const kernels::Table& table, const kernels::ConvSpec& spec,
                     const TensorEntry& weights, const TensorEntry* biases, std::string name)
    : plan_(kernels::conv_plan(table, spec)),
      weights_(&weights),
      biases_(biases),
      name_(std::move(name)) {}

std::size_t ConvLayer::bias_offset() const { return aligned(plan_.packed_floats); }

std::size_t ConvLayer::packed_floats() const {
  return bias_offset() + (biases_ ? aligned(static_cast<std::size_t>(plan_.spec.out_c)) : 0);
}

template <class F>
void ConvLayer::with_weights(F&& f) const {
  if (const float* values = floats_in_place(*weights_)) return f(values);
  f(copy_floats(*weights_, name_).data());
}

void ConvLayer::pack(const std::shared_ptr<AlignedBuffer>& block, float* place) const {
  const std::lock_guard lock(mutex_);
  if (is_packed()) return;
  with_weights([&](const float* weights) { kernels::conv_pack(plan_, weights, place); });
  if (biases_) to_float(*biases_, place + bias_offset());
  block_ = block;
  packed_.store(place, std::memory_order_release);
}

void ConvLayer::sum_taps() const {
  const std::lock_guard lock(mutex_);
  if (!tap_sums_.empty()) return;
  const kernels::ConvSpec& spec = plan_.spec;
  const auto taps =
      static_cast<std::size_t>(spec.kernel_h) * static_cast<std::size_t>(spec.kernel_w);
  const auto in = static_cast<std::size_t>(spec.depthwise ? 1 : spec.in_c);
  const auto out = static_cast<std::size_t>(spec.out_c);
  tap_sums_.resize(in * out);
  with_weights([&](const float* weights) {
    for (std::size_t tap = 0; tap < taps; ++tap) {
      for (std::size_t i = 0; i < in; ++i) {
        for (std::size_t o = 0; o < out; ++o) tap_sums_[o * in + i] += *weights++;
      }
    }
  });
}

LayerStore::LayerStore(const ModelFile& file, const kernels::Table& table, std::string name)
    : file_(&file), table_(&table), name_(std::move(name)) {}

void LayerStore::refuse(const std::string& what) const {
  throw Error(ErrorCode::model,
              name_ + ": " + what + "; convert the weights again with nst-weights");
}

void LayerStore::fail(const std::string& tensor, const std::string& what) const {
  refuse("tensor " + tensor + " " + what);
}

const TensorEntry& LayerStore::find(const std::string& name) const {
  const auto it = file_->contents.tensors.find(name);
  if (it == file_->contents.tensors.end()) fail(name, "is missing");
  return it->second;
}

const ConvLayer& LayerStore::conv(const std::string& weights_name, const ConvUse& use) const {
  const std::string key =
      weights_name + "|" + std::to_string(use.stride) + "|" + std::to_string(use.upsample);
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<ConvLayer>& slot = convs_[key];
  if (slot) {
    if (slot->plan().spec.in_c != use.in_c) fail(weights_name, "is used with two input sizes");
    return *slot;
  }

  const TensorEntry& weights = find(weights_name);
  const std::vector<std::int64_t>& s = weights.shape;
  const bool depthwise = weights_name.ends_with("depthwise_weights");
  const bool fits = s.size() == 4 && s[0] >= 1 && s[0] <= kMaxKernel && s[1] >= 1 &&
                    s[1] <= kMaxKernel && s[2] == use.in_c && s[3] >= 1 && s[3] <= kMaxChannels &&
                    (!depthwise || s[3] == 1);
  if (!fits) {
    fail(weights_name, "has shape " + shape_text(s) + " where [kh, kw, " +
                           std::to_string(use.in_c) + (depthwise ? ", 1]" : ", out]") +
                           " is needed");
  }
  const kernels::ConvSpec spec{static_cast<int>(s[0]),
                               static_cast<int>(s[1]),
                               use.in_c,
                               depthwise ? use.in_c : static_cast<int>(s[3]),
                               use.stride,
                               use.upsample,
                               depthwise};

  const std::string folder = weights_name.substr(0, weights_name.rfind('/'));
  const auto biases = file_->contents.tensors.find(folder + "/biases");
  const bool has_biases = biases != file_->contents.tensors.end();
  if (use.needs_biases && !has_biases) fail(folder + "/biases", "is missing");
  if (has_biases && biases->second.shape != std::vector<std::int64_t>{spec.out_c}) {
    fail(biases->first, "has shape " + shape_text(biases->second.shape) + " where [" +
                            std::to_string(spec.out_c) + "] is needed");
  }
  slot = std::make_unique<ConvLayer>(*table_, spec, weights, has_biases ? &biases->second : nullptr,
                                     weights_name);
  return *slot;
}

const LayerStore::Dense& LayerStore::dense(const std::string& layer, int in) const {
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Dense>& slot = denses_[layer];
  if (slot) return *slot;
  const TensorEntry& weights = find(layer + "/weights");
  const std::vector<std::int64_t>& s = weights.shape;
  if (s.size() != 4 || s[0] != 1 || s[1] != 1 || s[2] != in || s[3] < 1 || s[3] > kMaxChannels) {
    fail(layer + "/weights",
         "has shape " + shape_text(s) + " where [1, 1, " + std::to_string(in) + ", out] is needed");
  }
  const TensorEntry& biases = find(layer + "/biases");
  if (biases.shape != std::vector<std::int64_t>{s[3]}) {
    fail(layer + "/biases", "has shape " + shape_text(biases.shape) + " where [" +
                                std::to_string(s[3]) + "] is needed");
  }
  auto dense = std::make_unique<Dense>();
  dense->in = in;
  dense->out = static_cast<int>(s[3]);
  dense->weights = copy_floats(weights, layer);
  dense->biases = copy_floats(biases, layer);
  slot = std::move(dense);
  return *slot;
}

}  // namespace nst
