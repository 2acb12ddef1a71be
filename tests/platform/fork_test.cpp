// Tests that a forked child process can paint, whatever its parent was doing.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "platform/fork_guard.hpp"
#include "platform/threads.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

// True if allocating memory may hang in a forked child, because another thread of the parent was
// allocating during fork(). The C library resets its locks in the child; AddressSanitizer's
// allocator of clang 14 and gcc 12 does not. With it, 5 of 60 runs hung.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kForkedAllocatorHangs = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kForkedAllocatorHangs = true;
#else
constexpr bool kForkedAllocatorHangs = false;
#endif
#else
constexpr bool kForkedAllocatorHangs = false;
#endif

// Runs `body` in a child process and returns its result. Returns -1 if the child does not end
// within ten seconds, -2 if it ends abnormally.
template <class Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  for (int i = 0; i < 1000; ++i) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return -1;
}

}  // namespace

TEST_CASE("A forked child has teams of its own") {
  const auto count = [] {
    std::atomic<int> items{0};
    for_each_item(4, 1000, [&](int) { ++items; });
    return items == 1000 ? 0 : 1;
  };
  // This call starts the threads of the parent. A forked child does not have them.
  REQUIRE(count() == 0);
  CHECK(in_child(count) == 0);
  CHECK(in_child([&] { return in_child(count); }) == 0);
  CHECK(count() == 0);
}

TEST_CASE("A child forked while another thread opens models and paints makes the same picture" *
          doctest::skip(kForkedAllocatorHangs)) {
  const Image content = formula_picture("content_fork", 40, 40);
  const StyleVector style = formula_style("style_a");
  const auto paint = [&] {
    return formula_model("mobile").stylize(content.view(), style, {.threads = 2}).bytes;
  };
  const std::vector<std::uint8_t> want = paint();
  std::atomic<bool> stop{false};
  std::thread painter([&] {
    while (!stop) (void)paint();
  });
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 700 * i));
    CHECK(in_child([&] { return paint() == want ? 0 : 1; }) == 0);
  }
  stop = true;
  painter.join();
}

TEST_CASE("fork waits for guarded sections of other threads") {
  std::atomic<bool> inside{false}, left{false};
  std::thread section([&] {
    const ForkGuard guard;
    inside = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = true;
  });
  while (!inside) std::this_thread::yield();
  CHECK(in_child([&] {
          const ForkGuard usable_in_the_child;
          return left ? 0 : 1;
        }) == 0);
  section.join();
}

}  // namespace nst::test
