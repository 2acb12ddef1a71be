// A convolution's weights, packed in the order in which its kernel reads them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "model/safetensors.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"

namespace nst {

// The weights of one convolution. Shape and plan are known from the start; the packed weights exist
// after pack().
class PackedConv {
 public:
  // If the tensors do not stay in memory, `contents` is the file to read them from again when they
  // are packed. Otherwise it is null.
  PackedConv(const kernels::Table& table, const kernels::ConvSpec& spec, const TensorEntry& weights,
             const TensorEntry* biases, const FileContents* contents, std::string name);

  const std::string& name() const { return name_; }
  const kernels::ConvPlan& plan() const { return plan_; }
  // Returns the number of floats that pack() writes, rounded up to whole cache lines.
  std::size_t packed_floats() const;
  bool is_packed() const { return packed_.load(std::memory_order_acquire) != nullptr; }
  // Packs weights and biases to `place`, an address in `block`, and keeps the block alive. Only the
  // first call has an effect. Safe to call from several threads.
  void pack(const std::shared_ptr<AlignedBuffer>& block, float* place) const;
  // Return the packed weights and the biases; valid after pack(). bias() returns null if the
  // convolution has no biases.
  const float* packed() const { return packed_.load(std::memory_order_relaxed); }
  const float* bias() const { return biases_ ? packed() + bias_offset() : nullptr; }

  // Computes the sum of the taps of each kernel. Only the first call has an effect. Safe to call
  // from several threads.
  void sum_taps() const;
  // Returns the sum of each kernel's taps, [out_c][in_c] or, if depthwise, [c]. For an input that
  // is constant in each channel, these sums are all that the convolution needs. Valid after
  // sum_taps().
  const double* tap_sums() const { return tap_sums_.data(); }

 private:
  std::size_t bias_offset() const;  // offset of the biases from the packed weights, in floats
  kernels::ConvPlan plan_;
  const TensorEntry* weights_;
  const TensorEntry* biases_;
  const FileContents* contents_;
  std::string name_;
  mutable std::mutex mutex_;  // locked while pack() or sum_taps() computes
  mutable std::shared_ptr<AlignedBuffer> block_;
  mutable std::atomic<const float*> packed_{nullptr};
  mutable std::vector<double> tap_sums_;
};

}  // namespace nst
