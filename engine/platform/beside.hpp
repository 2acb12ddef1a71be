// Defines run_beside, which runs two functions at the same time.
#pragma once

#include <atomic>
#include <exception>
#include <system_error>
#include <thread>

#include "platform/processors.hpp"

namespace nst {

// Runs `other` on a new thread while the calling thread runs `here`, and waits for both. If no
// thread can be created, the calling thread runs `other`, then `here`. Afterwards rethrows the
// exception of `other` or, if there is none, that of `here`.
template <class Other, class Here>
void run_beside(Other&& other, Here&& here) {
  std::exception_ptr error_of_other, error_of_here;
  const auto caught = [](auto& call, std::exception_ptr& error) noexcept {
    try {
      call();
    } catch (...) {
      error = std::current_exception();
    }
  };
  std::thread thread;
  std::atomic<bool> started{false};
  const int home = current_processor();
  try {
    thread = std::thread([&] {
      move_to_own_processor(1, home);
      started.store(true, std::memory_order_release);
      caught(other, error_of_other);
    });
    let_start(started);
  } catch (const std::system_error&) {
    // No second thread can be started, so this thread calls the two functions one after the other.
    caught(other, error_of_other);
  }
  caught(here, error_of_here);
  if (thread.joinable()) thread.join();
  if (error_of_other) std::rethrow_exception(error_of_other);
  if (error_of_here) std::rethrow_exception(error_of_here);
}

}  // namespace nst
