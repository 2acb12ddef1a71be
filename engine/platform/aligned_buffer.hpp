// Owned float memory aligned to 64 bytes (a cache line, and the widest vector), and large pages.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "nst/error.hpp"

namespace nst {

// Asks for the large pages that fit whole into memory which nothing has touched yet. Where the
// system does not take the advice, the memory is as good, only slower to touch for the first time.
void advise_large_pages(void* memory, std::size_t bytes);

// Gives the whole pages within `memory` back to the system; they read as zeros then. What lies in a
// page at either end stays.
void discard_pages(void* memory, std::size_t bytes);

class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  // Uninitialised, in large pages where it fills some and the system has them. Throws Error{limit}
  // naming `what` if the memory is not to be had.
  AlignedBuffer(std::size_t floats, const std::string& what);

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
