#include "platform/aligned_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "nst/error.hpp"
#include "platform/memory.hpp"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace nst {
namespace {

// Size of a large page in bytes, on x86-64 and on AArch64 with 4 KiB pages. Large pages save time,
// because the first access to each page is slow. For a 4 KiB page it takes about a microsecond, ten
// times as long as clearing the page.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

// Returns uninitialised memory, or null if there is not enough memory.
float* allocate(std::size_t bytes) {
  // Extends the block to whole large pages if its last, partial large page is at least half full. A
  // block smaller than half a large page gets none.
  const std::size_t large_bytes = (bytes + kLargePage / 2) / kLargePage * kLargePage;
  const std::size_t alignment = large_bytes > 0 ? kLargePage : AlignedBuffer::kAlignment;
  const std::size_t rounded = (bytes + AlignedBuffer::kAlignment - 1) / AlignedBuffer::kAlignment *
                              AlignedBuffer::kAlignment;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, std::max(rounded, large_bytes)) != 0) return nullptr;
  advise_large_pages(memory, large_bytes);
  return static_cast<float*>(memory);
}

}  // namespace

void advise_large_pages(void* memory, std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (begin + bytes) / kLargePage * kLargePage;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)bytes;
#endif
}

void discard_pages(void* memory, std::size_t bytes) {
#ifdef __linux__
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + page - 1) / page * page;
  const std::uintptr_t last = (begin + bytes) / page * page;
  if (first >= last) return;
  ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
#else
  (void)memory;
  (void)bytes;
#endif
}

AlignedBuffer::AlignedBuffer(std::size_t floats, const std::string& what) : size_(floats) {
  if (floats == 0) return;
  const std::size_t limit = (std::numeric_limits<std::size_t>::max() - kLargePage) / sizeof(float);
  if (floats <= limit && memory_allows(floats * sizeof(float))) {
    data_.reset(allocate(floats * sizeof(float)));
  }
  if (!data_) {
    throw Error(ErrorCode::limit, what + ": cannot allocate " +
                                      std::to_string(floats / (1024 * 1024 / sizeof(float))) +
                                      " MiB; use a smaller picture");
  }
}

}  // namespace nst
