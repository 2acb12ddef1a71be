// Tests of thread teams. The build chooses OpenMP's threads or the library's own.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "platform/beside.hpp"
#include "platform/float_environment.hpp"
#include "platform/threads.hpp"

namespace nst::test {

TEST_CASE("in_team calls the caller as number 0 and others with numbers of their own") {
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(threads));
    std::atomic<bool> numbers_fit{true};
    const std::thread::id caller = std::this_thread::get_id();
    for (int run = 0; run < 50; ++run) {
      auto work = [&](int thread, int team) {
        if (thread >= team || team > threads) numbers_fit = false;
        if ((thread == 0) != (std::this_thread::get_id() == caller)) numbers_fit = false;
        ++calls[static_cast<std::size_t>(thread)];
      };
      in_team(threads, work);
    }
    CHECK(numbers_fit);
    CHECK(calls[0] == 50);
    for (const std::atomic<int>& n : calls) CHECK(n <= 50);
  }
}

TEST_CASE("Teams of several callers at once, and teams within a team") {
  std::atomic<int> items{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int run = 0; run < 20; ++run) {
        for_each_item(3, 10, [&](int) {
          ++items;
          for_each_item(2, 2, [&](int) { ++items; });
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(items == 8 * 20 * 10 * 3);
}

TEST_CASE("for_each_item calls every item once and throws what a call threw") {
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> times(100);
    for_each_item(threads, 100, [&](int item) { ++times[static_cast<std::size_t>(item)]; });
    for (const std::atomic<int>& n : times) CHECK(n == 1);
    for_each_item(threads, 0, [&](int) { FAIL("there is no item"); });
    CHECK_THROWS_WITH_AS(for_each_item(threads, 100,
                                       [](int item) {
                                         if (item == 37) throw std::runtime_error("item 37");
                                       }),
                         "item 37", std::runtime_error);
  }
}

TEST_CASE("The threads of a team compute in the default floating-point environment") {
  std::fesetround(FE_UPWARD);
  std::atomic<int> wrong{0};
  auto work = [&](int thread, int) {
    if (thread > 0 && std::fegetround() != FE_TONEAREST) ++wrong;
    // Keeps this thread busy, so that the other threads have time to start.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  in_team(4, work);
  {
    const DefaultFloatEnvironment environment;
    CHECK(std::fegetround() == FE_TONEAREST);
    std::feraiseexcept(FE_INVALID);
  }
  CHECK(std::fegetround() == FE_UPWARD);  // the caller's rounding mode must be restored
  CHECK(std::fetestexcept(FE_INVALID) == 0);
  std::fesetround(FE_TONEAREST);
  CHECK(wrong == 0);
}

TEST_CASE("The library's own threads take no signal of the host") {
  if (std::string(thread_backend_name()) != "own") {
    MESSAGE("skipped: OpenMP's threads are not the library's");
    return;
  }
  std::atomic<int> open{0};
  auto work = [&](int thread, int) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    if (thread > 0 && sigismember(&mask, SIGTERM) != 1) ++open;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  in_team(4, work);
  CHECK(open == 0);
}

TEST_CASE("run_beside runs both and throws the other's error before the caller's") {
  int here = 0, other = 0;
  run_beside([&] { other = 1; }, [&] { here = 1; });
  CHECK(here + other == 2);
  const auto fail = [](const char* text) { return [text] { throw std::runtime_error(text); }; };
  CHECK_THROWS_WITH(run_beside(fail("other"), fail("here")), "other");
  CHECK_THROWS_WITH(run_beside([] {}, fail("here")), "here");
}

}  // namespace nst::test
