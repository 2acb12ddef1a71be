#include "nst/threads.hpp"

#include "platform/thread_count.hpp"
#include "platform/threads.hpp"

namespace nst {

int available_threads() { return thread_count(0); }

std::string thread_backend() { return thread_backend_name(); }

void start_threads(int threads) { ensure_threads(thread_count(threads)); }

}  // namespace nst
