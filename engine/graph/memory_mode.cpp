#include "graph/memory_mode.hpp"

#include <algorithm>
#include <string>

#include "graph/execution.hpp"
#include "graph/graph_cost.hpp"
#include "nst/error.hpp"
#include "platform/memory.hpp"
#include "platform/thread_count.hpp"

namespace nst {
namespace {

// Largest plan, in bytes, for which MemoryMode::fastest is used. The other modes compute more
// layers in strips. If the tensors are small, a strip has too little work for all threads. For
// larger plans, MemoryMode::in_place is as fast, or faster if the tensors exceed the caches.
constexpr std::size_t kSmallBytes = std::size_t{32} << 20;

// Largest plan of MemoryMode::in_place, in bytes, if the caller sets no limit. Above it,
// MemoryMode::rematerialise is used, which takes up to an eighth more time. The value is enough for
// 7 megapixels with the full-width transformer, or for 30 with a quarter of its channels.
constexpr std::size_t kComfortableBytes = std::size_t{1} << 30;

// Returns the number of bytes that the process may still allocate for a plan. Memory for the
// results is subtracted: the u8 picture, its encoded file, and the output tensor if the caller must
// allocate it.
std::uint64_t memory_left_beside_results(const Program& program) {
  const std::uint64_t floats = tensor_bytes(program.output_shape);
  const std::uint64_t results = (program.needs_output ? floats : 0) + 2 * floats / sizeof(float);
  const std::uint64_t left = memory_left();
  return left > results ? left - results : 0;
}

}  // namespace

Program lower_within(const Graph& graph, const kernels::Table& table, LoweringOptions options,
                     int threads, std::size_t max_memory_bytes) {
  const auto lowered = [&](MemoryMode memory_mode) {
    options.memory_mode = memory_mode;
    return lower(graph, table, options);
  };
  const auto fits = [&](const Program& program, std::uint64_t most) {
    return Execution::needed_bytes(program, threads_for_work(threads, program.mac)) <= most;
  };
  const bool limited = max_memory_bytes > 0;
  // Adds the output's bytes to the default limit. So an output in the arena does not count against
  // the limit, just as an output in the caller's memory does not.
  const std::uint64_t output = options.output_rows ? tensor_bytes(graph.nodes().back().shape) : 0;
  const std::uint64_t asked = limited ? max_memory_bytes : kComfortableBytes + output;
  const std::uint64_t small = std::min<std::uint64_t>(asked, kSmallBytes);
  if (least_fast_bytes(graph) <= small) {
    Program program = lowered(MemoryMode::fastest);
    if (fits(program, small)) return program;
  }
  Program program = lowered(MemoryMode::in_place);
  const std::uint64_t limit =
      limited ? asked : std::min(asked, memory_left_beside_results(program));
  if (fits(program, limit)) return program;
  if (limited && options.output_rows) {
    options.rows_from_caller = true;
    program = lowered(MemoryMode::in_place);
    if (fits(program, limit)) return program;
  }
  return lowered(MemoryMode::rematerialise);
}

void check_memory_left(const Program& program, int threads) {
  const std::uint64_t needed = Execution::needed_bytes(program, threads);
  if (needed < kLargeAllocation) return;
  const std::uint64_t left = memory_left_beside_results(program);
  if (needed <= left) return;
  throw Error(ErrorCode::limit, "the picture needs " + std::to_string(needed >> 20) +
                                    " MiB of working memory, this process may take " +
                                    std::to_string(left >> 20) + " more; use a smaller size");
}

}  // namespace nst
