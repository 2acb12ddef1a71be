#include "base/aligned_buffer.hpp"

#include <algorithm>
#include <limits>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace nst {
namespace {

// The large page of x86-64 and of AArch64 with 4 KiB pages. The first touch of memory costs about a
// microsecond for every page of 4 KiB, ten times what clearing it takes: large pages save that.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

// Null if there is not enough memory.
float* allocate(std::size_t bytes) {
  // The end of the buffer gets a large page if it fills half of one.
  const std::size_t large_bytes = (bytes + kLargePage / 2) / kLargePage * kLargePage;
  const std::size_t alignment = large_bytes > 0 ? kLargePage : AlignedBuffer::kAlignment;
  const std::size_t rounded = (bytes + AlignedBuffer::kAlignment - 1) / AlignedBuffer::kAlignment *
                              AlignedBuffer::kAlignment;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, std::max(rounded, large_bytes)) != 0) return nullptr;
#ifdef MADV_HUGEPAGE
  // Advice: where it is not taken, the memory is as good, only slower to touch.
  if (large_bytes > 0) ::madvise(memory, large_bytes, MADV_HUGEPAGE);
#endif
  return static_cast<float*>(memory);
}

}  // namespace

AlignedBuffer::AlignedBuffer(std::size_t floats, const std::string& what) : size_(floats) {
  if (floats == 0) return;
  const std::size_t limit = (std::numeric_limits<std::size_t>::max() - kLargePage) / sizeof(float);
  if (floats <= limit) data_.reset(allocate(floats * sizeof(float)));
  if (!data_) {
    throw Error(ErrorCode::limit, what + ": cannot allocate " +
                                      std::to_string(floats / (1024 * 1024 / sizeof(float))) +
                                      " MiB; use a smaller picture");
  }
}

}  // namespace nst
