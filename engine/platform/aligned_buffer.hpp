// AlignedBuffer: owned float memory, aligned to 64 bytes (a cache line and the widest vector). Also
// the use of large pages.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "nst/error.hpp"

namespace nst {

// Requests large pages for memory that nothing has touched yet, where whole large pages fit. If the
// system ignores the request, the memory is equally good, only slower to touch first.
void advise_large_pages(void* memory, std::size_t bytes);

// Returns the whole pages within `memory` to the system; they then read as zeros. A partial page at
// either end keeps its contents.
void discard_pages(void* memory, std::size_t bytes);

// An owned block of floats, aligned to 64 bytes.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  // Allocates uninitialised memory, in large pages if it fills some and the system has them. Throws
  // Error{limit} naming `what` if there is not enough memory.
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
