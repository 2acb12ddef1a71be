// The command `nst-run bench`: measures the two networks on this machine.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "options.hpp"

namespace nst::run {
namespace {

constexpr const char* kPredictor = "predictor";
constexpr const char* kTransformer = "transformer";

struct Options {
  std::string model;
  SizeOption size{"256"};
  int style_size = 256;
  int threads = 0;
  int runs = 10;
  std::string only;  // stage to measure alone, "predictor" or "transformer"; "": both
  bool json = false;

  bool wants(const char* stage) const { return only.empty() || only == stage; }
};

struct Stage {
  const char* name;
  PlanInfo plan;
  std::vector<double> sorted_ms;

  double min_ms() const { return sorted_ms.front(); }
  double median_ms() const {
    const std::size_t middle = sorted_ms.size() / 2;
    return sorted_ms.size() % 2 == 1 ? sorted_ms[middle]
                                     : (sorted_ms[middle - 1] + sorted_ms[middle]) / 2.0;
  }
  // Returns the speed in 10^9 floating-point operations per second. Every multiply-accumulate in
  // the plain definition of the layers counts as two operations, even if the algorithm that runs
  // needs fewer.
  double gflops() const { return 2e-6 * static_cast<double>(plan.mac) / median_ms(); }
};

// Returns a picture of waves in three directions. Any other picture would give the same speed.
Image test_picture(int width, int height) {
  Image image(width, height, 3, SampleType::f32);
  float* out = image.f32();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, out += 3) {
      const auto fx = static_cast<float>(x);
      const auto fy = static_cast<float>(y);
      out[0] = 0.5f + 0.5f * std::sin(0.11f * fx);
      out[1] = 0.5f + 0.5f * std::sin(0.07f * fy);
      out[2] = 0.5f + 0.5f * std::sin(0.05f * (fx + fy));
    }
  }
  return image;
}

// Calls run() once to warm up, then `runs` times. Returns the sorted times of the later calls, in
// milliseconds.
template <typename Run>
std::vector<double> measure(int runs, Run&& run) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times_ms;
  run();
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    run();
    times_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times_ms.begin(), times_ms.end());
  return times_ms;
}

std::vector<Stage> measure_stages(const Options& o, const Model& model, int width, int height) {
  RunOptions run;
  run.threads = o.threads;
  std::vector<Stage> stages;
  Session session(model);
  StyleVector style(model.info().style_size);
  if (model.info().predictor != "none" && o.wants(kPredictor)) {
    const Image picture = test_picture(o.style_size, o.style_size);
    stages.push_back({kPredictor, model.plan_predictor(o.style_size, o.style_size, o.threads),
                      measure(o.runs, [&] {
                        style = session.encode_style(picture.view(), {0, Resize::smooth}, run);
                      })});
  }
  if (!o.wants(kTransformer)) return stages;
  const Image content = test_picture(width, height);
  Image painting;
  stages.push_back(
      {kTransformer, model.plan_transformer(width, height, o.threads), measure(o.runs, [&] {
         session.set_content(content.view(), run);
         session.render_into(painting, style, run);
       })});
  return stages;
}

std::size_t peak_bytes(const std::vector<Stage>& stages) {
  std::size_t peak = 0;
  for (const Stage& stage : stages) {
    peak = std::max(peak, stage.plan.arena_bytes + stage.plan.scratch_bytes);
  }
  return peak;
}

double rounded(double value) { return std::round(value * 1000.0) / 1000.0; }

void print_json(const Options& o, const Model& model, int width, int height,
                const std::vector<Stage>& stages) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Stage& stage : stages) {
    list.push_back({{"name", stage.name},
                    {"median_ms", rounded(stage.median_ms())},
                    {"min_ms", rounded(stage.min_ms())},
                    {"mac", stage.plan.mac},
                    {"gflops", rounded(stage.gflops())},
                    {"arena_bytes", stage.plan.arena_bytes},
                    {"scratch_bytes", stage.plan.scratch_bytes},
                    {"weight_bytes", stage.plan.weight_bytes}});
  }
  const nlohmann::ordered_json report = {{"version", kVersion},
                                         {"model", model.info().name},
                                         {"isa", Model::isa()},
                                         {"threads", thread_count(o.threads)},
                                         {"runs", o.runs},
                                         {"width", width},
                                         {"height", height},
                                         {"style_size", o.style_size},
                                         {"peak_bytes", peak_bytes(stages)},
                                         {"stages", list}};
  std::cout << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void print_table(const Options& o, const Model& model, int width, int height,
                 const std::vector<Stage>& stages) {
  const double mebibyte = 1024.0 * 1024.0;
  std::cout << "model " << model.info().name << ", " << Model::isa() << ", "
            << "threads: " << thread_count(o.threads) << ", content " << width << "x" << height
            << ", style " << o.style_size << "x" << o.style_size << ", " << o.runs << " runs\n";
  std::cout << "stage         median ms    min ms      GMAC   GFLOP/s  memory MiB\n";
  for (const Stage& stage : stages) {
    char line[128];
    std::snprintf(
        line, sizeof line, "%-12s %10.2f %9.2f %9.3f %9.1f %11.1f\n", stage.name, stage.median_ms(),
        stage.min_ms(), static_cast<double>(stage.plan.mac) * 1e-9, stage.gflops(),
        static_cast<double>(stage.plan.arena_bytes + stage.plan.scratch_bytes) / mebibyte);
    std::cout << line;
  }
}

class BenchCommand final : public Command {
 public:
  BenchCommand();
  int run() override;

 private:
  Options o_;
};

BenchCommand::BenchCommand()
    : Command(
          "nst-run bench measures the two networks on this machine, on a made-up picture.\n\n"
          "Examples:\n"
          "  nst-run bench --size 1920x1080\n"
          "  nst-run bench -m model.safetensors -t 1 --runs 20 --json\n",
          "nst-run bench") {
  add_model_option(app, o_.model);
  app.add_option("--size", o_.size.text, "Content: N (a square) or WxH (default: 256)")
      ->type_name("SIZE");
  app.add_option("--style-size", o_.style_size, "Sides of the style (default: 256)")
      ->check(CLI::Range(1, 16384))
      ->type_name("N");
  add_threads_option(app, o_.threads);
  app.add_option("--runs", o_.runs, "Timed runs, after one to warm up (default: 10)")
      ->check(CLI::Range(1, 100000))
      ->type_name("N");
  app.add_option("--only", o_.only, "Measure one network alone: its time, its memory")
      ->check(CLI::IsMember({kPredictor, kTransformer}))
      ->type_name("STAGE");
  app.add_flag("--json", o_.json, "Print JSON");
}

int BenchCommand::run() {
  const SizeRule rule = o_.size.rule({});
  if (rule.shorter_side == 0 && rule.exact == Size{}) {
    throw Error(ErrorCode::usage, "--size: there is no picture; write 512 or 640x480");
  }

  const Model model = open_model(o_.model);
  if (o_.only == kPredictor && model.info().predictor == "none") {
    throw Error(ErrorCode::model, "--only predictor: this model holds no style predictor");
  }
  // Without a picture, the aspect is unknown. So `--size N` means N × N.
  const auto [width, height] = naming("--size", [&] { return apply(rule, {1, 1}); });
  const std::vector<Stage> stages = measure_stages(o_, model, width, height);
  (o_.json ? print_json : print_table)(o_, model, width, height, stages);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_bench_command() { return std::make_unique<BenchCommand>(); }

}  // namespace nst::run
