// AlignedBuffer: owned memory for floats, aligned to 64 bytes (the size of a cache line and of the
// widest vector). The file also contains functions for large pages.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "nst/error.hpp"

namespace nst {

// Asks the system to use large pages for those parts of `memory` that cover whole large pages. Call
// this before the first access to the memory. If the system refuses, the memory remains usable, but
// the first access to it is slower.
void advise_large_pages(void* memory, std::size_t bytes);

// Gives the whole pages within `memory` back to the system; they then contain zeros. Partial pages
// at the two ends keep their contents.
void discard_pages(void* memory, std::size_t bytes);

// An owned block of floats, aligned to 64 bytes.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  // Allocates uninitialised memory, in large pages if it is large enough and the system has them.
  // Throws Error{limit} naming `what` if there is not enough memory.
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
