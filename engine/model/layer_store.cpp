#include "model/layer_store.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "nst/error.hpp"
#include "platform/fork_guard.hpp"

namespace nst {
namespace {

constexpr std::int64_t kMaxStyleSize = 4096;  // as many as a style vector's file may hold

// The tensor's values: where they stand in the file if that is possible, else converted into
// `buffer`.
const float* as_floats(const TensorEntry& tensor, const std::string& name, AlignedBuffer& buffer) {
  if (const float* values = floats_in_place(tensor)) return values;
  buffer = AlignedBuffer(static_cast<std::size_t>(tensor.element_count()), name);
  to_float(tensor, buffer.data());
  return buffer.data();
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
  AlignedBuffer converted;
  f(as_floats(*weights_, name_, converted));
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
  throw Error(ErrorCode::model, name_ + ": tensor " + tensor + " " + what +
                                    "; convert the weights again with nst-weights");
}

const TensorEntry& LayerStore::find(const std::string& name) const {
  const auto it = file_->contents.tensors.find(name);
  if (it == file_->contents.tensors.end()) fail(name, "is missing");
  return it->second;
}

kernels::ConvSpec LayerStore::spec_of(const ConvQuery& query, const TensorEntry& weights) const {
  const std::vector<std::int64_t>& s = weights.shape;
  const bool depthwise = query.weights.ends_with("depthwise_weights");
  const bool fits = s.size() == 4 && s[0] == query.kernel_h && s[1] == query.kernel_w &&
                    s[2] == query.in_c && s[3] >= 1 && s[3] <= kMaxChannels &&
                    (!depthwise || s[3] == 1);
  if (!fits) {
    fail(query.weights, "has shape " + shape_text(s) + " where [" + std::to_string(query.kernel_h) +
                            ", " + std::to_string(query.kernel_w) + ", " +
                            std::to_string(query.in_c) + (depthwise ? ", 1]" : ", out]") +
                            " is needed");
  }
  return {
      query.kernel_h, query.kernel_w, query.in_c, depthwise ? query.in_c : static_cast<int>(s[3]),
      query.stride,   query.upsample, depthwise,  query.keeps_zeros};
}

const TensorEntry* LayerStore::biases_of(const ConvQuery& query, int channels) const {
  const std::string folder = query.weights.substr(0, query.weights.rfind('/'));
  const auto biases = file_->contents.tensors.find(folder + "/biases");
  const bool has_biases = biases != file_->contents.tensors.end();
  if (!has_biases && query.followed_by == FollowedBy::instance_norm) return nullptr;
  if (!has_biases) fail(folder + "/biases", "is missing");
  if (biases->second.shape != std::vector<std::int64_t>{channels}) {
    fail(biases->first, "has shape " + shape_text(biases->second.shape) + " where [" +
                            std::to_string(channels) + "] is needed");
  }
  return &biases->second;
}

ConvAnswer LayerStore::conv(const ConvQuery& query) const {
  const std::string key = query.weights + "|" + std::to_string(query.stride) + "|" +
                          std::to_string(query.upsample) + (query.keeps_zeros ? "|0" : "");
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<ConvLayer>& slot = convs_[key];
  if (!slot) {
    const TensorEntry& weights = find(query.weights);
    const kernels::ConvSpec spec = spec_of(query, weights);
    slot = std::make_unique<ConvLayer>(*table_, spec, weights, biases_of(query, spec.out_c),
                                       query.weights);
  } else if (slot->plan().spec.in_c != query.in_c) {
    fail(query.weights, "is used with two input sizes");
  }
  return {slot->plan().spec, slot.get()};
}

int LayerStore::dense(const std::string& layer, int inputs, int outputs) const {
  const std::vector<std::int64_t>& s = find(layer + "/weights").shape;
  const bool fits = s.size() == 4 && s[0] == 1 && s[1] == 1 &&
                    (inputs == 0 ? s[2] >= 1 && s[2] <= kMaxStyleSize : s[2] == inputs) &&
                    s[3] == outputs;
  if (!fits) {
    fail(layer + "/weights", "has shape " + shape_text(s) + " where [1, 1, " +
                                 (inputs == 0 ? "in" : std::to_string(inputs)) + ", " +
                                 std::to_string(outputs) + "] is needed");
  }
  const TensorEntry& biases = find(layer + "/biases");
  if (biases.shape != std::vector<std::int64_t>{outputs}) {
    fail(layer + "/biases", "has shape " + shape_text(biases.shape) + " where [" +
                                std::to_string(outputs) + "] is needed");
  }
  return static_cast<int>(s[2]);
}

bool LayerStore::holds(std::string_view prefix) const {
  const auto it = file_->contents.tensors.lower_bound(std::string(prefix));
  return it != file_->contents.tensors.end() && it->first.starts_with(prefix);
}

const LayerStore::Dense& LayerStore::dense_layer(const std::string& layer) const {
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Dense>& slot = denses_[layer];
  if (slot) return *slot;
  const TensorEntry& weights = find(layer + "/weights");
  auto dense = std::make_unique<Dense>();
  dense->in = static_cast<int>(weights.shape[2]);
  dense->out = static_cast<int>(weights.shape[3]);
  dense->weights = as_floats(weights, layer, dense->converted_weights);
  dense->biases = as_floats(find(layer + "/biases"), layer, dense->converted_biases);
  slot = std::move(dense);
  return *slot;
}

}  // namespace nst
