// Runs sessions, models and thread teams at the same time, and cancels some of the runs. Under
// ThreadSanitizer, this test detects data races.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "nst/nst.hpp"

namespace nst::test {
namespace {

Image stripes(int width, int height, int step) {
  Image image(width, height, 3, SampleType::u8);
  for (std::size_t i = 0; i < image.bytes.size(); ++i) {
    image.bytes[i] = static_cast<std::uint8_t>(i * static_cast<std::size_t>(step));
  }
  return image;
}

}  // namespace

TEST_CASE("Threads of the host that paint at once, each in a team, all make the same picture") {
  constexpr int kHosts = 3, kTeam = 3, kRounds = 2;
  const Image content = stripes(96, 80, 7), painting = stripes(64, 64, 13);
  const Model shared = Model::default_model();
  std::vector<std::vector<std::uint8_t>> pictures(kHosts * kRounds);
  std::atomic<int> cancelled{0};
  std::vector<std::thread> hosts;
  for (int host = 0; host < kHosts; ++host) {
    hosts.emplace_back([&, host] {
      // The first use of a model packs its weights. The first thread has a model of its own, all
      // other threads share a second one. So two models are packed at the same time, the second by
      // several threads.
      const Model model = host == 0 ? Model::default_model() : shared;
      RunOptions run{.threads = kTeam};
      Session session(model);
      for (int round = 0; round < kRounds; ++round) {
        const StyleVector style = model.encode_style(painting.view(), {}, run);
        session.set_content(content.view(), run);
        const Image picture = session.render(style, run);
        pictures[static_cast<std::size_t>(host * kRounds + round)] = picture.bytes;
        RunOptions stop = run;
        int calls = 0;
        stop.progress = [&](double) { return ++calls < 2 + round; };
        try {
          model.stylize(content.view(), style, stop);
        } catch (const Error& error) {
          if (error.code() == ErrorCode::cancelled) ++cancelled;
        }
      }
    });
  }
  for (std::thread& host : hosts) host.join();
  for (const auto& picture : pictures) CHECK(picture == pictures[0]);
  MESSAGE("cancelled: ", cancelled.load());
}

}  // namespace nst::test
