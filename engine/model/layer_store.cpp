#include "model/layer_store.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "nst/error.hpp"
#include "platform/fork_guard.hpp"

namespace nst {
namespace {

constexpr std::int64_t kMaxStyleSize = 4096;  // as many as a style vector's file may hold

// The values of a tensor while this lives.
class LoadedFloats {
 public:
  LoadedFloats(const TensorEntry& tensor, const FileContents* contents, const std::string& name) {
    TensorEntry entry = tensor;
    if (contents != nullptr) {
      bytes_ = AlignedBuffer((entry.data.size() + sizeof(float) - 1) / sizeof(float), name);
      auto* const to = reinterpret_cast<std::uint8_t*>(bytes_.data());
      contents->read_again(entry.data, to);
      entry.data = {to, entry.data.size()};
    }
    values_ = floats_in_place(entry);
    if (values_ != nullptr) return;
    converted_ = AlignedBuffer(static_cast<std::size_t>(entry.element_count()), name);
    to_float(entry, converted_.data());
    values_ = converted_.data();
  }

  const float* data() const { return values_; }

 private:
  AlignedBuffer bytes_, converted_;
  const float* values_ = nullptr;
};

// Whole cache lines.
std::size_t aligned(std::size_t floats) {
  constexpr std::size_t kLine = AlignedBuffer::kAlignment / sizeof(float);
  return (floats + kLine - 1) / kLine * kLine;
}

}  // namespace

ConvLayer::ConvLayer(const kernels::Table& table, const kernels::ConvSpec& spec,
                     const TensorEntry& weights, const TensorEntry* biases,
                     const FileContents* contents, std::string name)
    : plan_(kernels::conv_plan(table, spec)),
      weights_(&weights),
      biases_(biases),
      contents_(contents),
      name_(std::move(name)) {}

std::size_t ConvLayer::bias_offset() const { return aligned(plan_.packed_floats); }

std::size_t ConvLayer::packed_floats() const {
  return bias_offset() + (biases_ ? aligned(static_cast<std::size_t>(plan_.spec.out_c)) : 0);
}

void ConvLayer::pack(const std::shared_ptr<AlignedBuffer>& block, float* place) const {
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

void ConvLayer::sum_taps() const {
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

LayerStore::LayerStore(const ModelFile& file, const FileContents* contents,
                       const kernels::Table& table, std::string name)
    : file_(&file), contents_(contents), table_(&table), name_(std::move(name)) {}

void LayerStore::fail(const std::string& what) const {
  throw Error(ErrorCode::model,
              name_ + ": " + what + "; convert the weights again with nst-weights");
}

void LayerStore::refuse(const std::string& what) const { fail(what); }

void LayerStore::fail(const std::string& tensor, const std::string& what) const {
  fail("tensor " + tensor + " " + what);
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
      query.stride,   query.upsample, depthwise};
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
  const std::string key =
      query.weights + "|" + std::to_string(query.stride) + "|" + std::to_string(query.upsample);
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<ConvLayer>& slot = convs_[key];
  if (!slot) {
    const TensorEntry& weights = find(query.weights);
    const kernels::ConvSpec spec = spec_of(query, weights);
    slot = std::make_unique<ConvLayer>(*table_, spec, weights, biases_of(query, spec.out_c),
                                       contents_, query.weights);
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

void LayerStore::run_dense(const std::string& layer, const float* x, float* out) const {
  const TensorEntry& entry = find(layer + "/weights");
  const LoadedFloats weights(entry, contents_, layer);
  const LoadedFloats biases(find(layer + "/biases"), contents_, layer);
  table_->dense(x, static_cast<int>(entry.shape[2]), weights.data(), biases.data(),
                static_cast<int>(entry.shape[3]), out);
}

}  // namespace nst
