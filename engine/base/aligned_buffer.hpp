// Owned float memory aligned to 64 bytes (a cache line, and the widest vector).
#pragma once

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

#include "nst/nst.hpp"

namespace nst {

class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  // Uninitialised. Throws Error{limit} naming `what` if the memory is not to be had.
  AlignedBuffer(std::size_t floats, const std::string& what) : size_(floats) {
    if (floats == 0) return;
    const std::size_t limit =
        (std::numeric_limits<std::size_t>::max() - kAlignment) / sizeof(float);
    if (floats <= limit) {
      const std::size_t bytes = (floats * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
      data_.reset(static_cast<float*>(std::aligned_alloc(kAlignment, bytes)));
    }
    if (!data_) {
      throw Error(ErrorCode::limit, what + ": cannot allocate " +
                                        std::to_string(floats / (1024 * 1024 / sizeof(float))) +
                                        " MiB; use a smaller picture");
    }
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace nst
