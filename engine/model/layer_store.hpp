// The weights of an open model in the form the kernels want: found by name, checked, packed once on
// first use.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "graph/layer_source.hpp"
#include "kernels/kernels.h"
#include "model/model_file.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"

namespace nst {

// A convolution's weights. Spec and plan are known from the start; the packed form exists after
// pack.
class ConvLayer {
 public:
  // `contents` is the file that holds the tensors, or null where they stay in memory.
  ConvLayer(const kernels::Table& table, const kernels::ConvSpec& spec, const TensorEntry& weights,
            const TensorEntry* biases, const FileContents* contents, std::string name);

  const std::string& name() const { return name_; }
  const kernels::ConvPlan& plan() const { return plan_; }
  // Room that pack takes, whole cache lines.
  std::size_t packed_floats() const;
  bool is_packed() const { return packed_.load(std::memory_order_acquire) != nullptr; }
  // Packs weights and biases at `place` in `block` on the first call, which keeps the block alive;
  // later calls do nothing. Safe from several threads.
  void pack(const std::shared_ptr<AlignedBuffer>& block, float* place) const;
  // Valid once is_packed. bias() is null if the layer has none.
  const float* packed() const { return packed_.load(std::memory_order_relaxed); }
  const float* bias() const { return biases_ ? packed() + bias_offset() : nullptr; }

  // Sums each kernel's taps on the first call; later calls do nothing. Safe from several threads.
  void sum_taps() const;
  // [out_c][in_c], depthwise [c]: what the convolution of a constant is made of. Valid after
  // sum_taps.
  const double* tap_sums() const { return tap_sums_.data(); }

 private:
  std::size_t bias_offset() const;  // floats from the packed weights
  kernels::ConvPlan plan_;
  const TensorEntry* weights_;
  const TensorEntry* biases_;
  const FileContents* contents_;
  std::string name_;
  mutable std::mutex mutex_;  // held while it is packed
  mutable std::shared_ptr<AlignedBuffer> block_;
  mutable std::atomic<const float*> packed_{nullptr};
  mutable std::vector<double> tap_sums_;
};

// Thread-safe. Borrows the model file and its contents, which must outlive it. Where there are
// contents, their memory has been given back: what is needed of it is read again.
class LayerStore final : public LayerSource {
 public:
  // `name` is the model's name in messages. `contents` as ConvLayer's.
  LayerStore(const ModelFile& file, const FileContents* contents, const kernels::Table& table,
             std::string name);

  const kernels::Table& table() const { return *table_; }

  // Weights are [kh, kw, in_c, out_c], or [kh, kw, c, 1] where the name ends in
  // "depthwise_weights"; biases of the same folder are used where there are any.
  ConvAnswer conv(const ConvQuery& query) const override;
  int dense(const std::string& layer, int inputs, int outputs) const override;
  bool holds(std::string_view prefix) const override;
  // "<name>: <what>; <what to do>".
  void refuse(const std::string& what) const override;

  // Runs a dense layer that dense() has checked, by its name without "/weights": x [in] → out
  // [out].
  void run_dense(const std::string& layer, const float* x, float* out) const;

 private:
  const TensorEntry& find(const std::string& name) const;
  // "<name>: <what>; <what to do>", and the same of a tensor.
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const;
  kernels::ConvSpec spec_of(const ConvQuery& query, const TensorEntry& weights) const;
  const TensorEntry* biases_of(const ConvQuery& query, int channels) const;

  const ModelFile* file_;
  const FileContents* contents_;
  const kernels::Table* table_;
  std::string name_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<ConvLayer>> convs_;
};

}  // namespace nst
