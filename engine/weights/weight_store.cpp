#include "weights/weight_store.hpp"

#include <utility>

#include "base/text.hpp"
#include "nst/error.hpp"
#include "platform/fork_guard.hpp"
#include "weights/loaded_floats.hpp"

namespace nst {
namespace {

// Largest number of values in the style vectors that a model file's networks may use.
constexpr std::int64_t kMaxStyleSize = 4096;

}  // namespace

WeightStore::WeightStore(const ModelFile& file, const FileContents* contents,
                         const kernels::Table& table, std::string name)
    : file_(&file), contents_(contents), table_(&table), name_(std::move(name)) {}

void WeightStore::fail(const std::string& what) const {
  throw Error(ErrorCode::model,
              name_ + ": " + what + "; convert the weights again with nst-weights");
}

void WeightStore::refuse(const std::string& what) const { fail(what); }

void WeightStore::fail(const std::string& tensor, const std::string& what) const {
  fail("tensor " + tensor + " " + what);
}

const TensorEntry& WeightStore::find(const std::string& name) const {
  const auto it = file_->contents.tensors.find(name);
  if (it == file_->contents.tensors.end()) fail(name, "is missing");
  return it->second;
}

kernels::ConvSpec WeightStore::spec_of(const ConvQuery& query, const TensorEntry& weights) const {
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

const TensorEntry* WeightStore::biases_of(const ConvQuery& query, int channels) const {
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

ConvAnswer WeightStore::conv(const ConvQuery& query) const {
  const std::string key =
      query.weights + "|" + std::to_string(query.stride) + "|" + std::to_string(query.upsample);
  const ForkGuard no_fork;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<PackedConv>& slot = convs_[key];
  if (!slot) {
    const TensorEntry& weights = find(query.weights);
    const kernels::ConvSpec spec = spec_of(query, weights);
    slot = std::make_unique<PackedConv>(*table_, spec, weights, biases_of(query, spec.out_c),
                                        contents_, query.weights);
  } else if (slot->plan().spec.in_c != query.in_c) {
    fail(query.weights, "is used with two input sizes");
  }
  return {slot->plan().spec, slot.get()};
}

int WeightStore::dense(const std::string& layer, int inputs, int outputs) const {
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

bool WeightStore::holds(std::string_view prefix) const {
  const auto it = file_->contents.tensors.lower_bound(std::string(prefix));
  return it != file_->contents.tensors.end() && it->first.starts_with(prefix);
}

void WeightStore::run_dense(const std::string& layer, const float* x, float* out) const {
  const TensorEntry& entry = find(layer + "/weights");
  const LoadedFloats weights(entry, contents_, layer);
  const LoadedFloats biases(find(layer + "/biases"), contents_, layer);
  table_->dense(x, static_cast<int>(entry.shape[2]), weights.data(), biases.data(),
                static_cast<int>(entry.shape[3]), out);
}

}  // namespace nst
