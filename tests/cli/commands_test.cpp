// Tests of nst-run's commands that print: --version, --help, info and bench.
#include <nlohmann/json.hpp>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "nst/nst.hpp"

using nst::Model;
using nst::test::contains;
using nst::test::run_well;

TEST_CASE("nst-run: --version and --help print to standard output, examples first") {
  CHECK(run_well({"--version"}) == std::string("nst-run ") + nst::kVersion + "\n");
  const std::string help = run_well({"--help"});
  CHECK(help.find("nst-run photo.jpg -s painting.jpg -o out.png") < help.find("Usage:"));
  for (const char* option :
       {"--style", "--output", "--model", "NST_MODEL", "--size", "--style-size", "--resize",
        "--preset", "--strength", "--threads", "--max-memory", "--quality", "--quiet", "--version",
        "encode", "info", "bench"}) {
    const std::string name = option;
    CHECK_MESSAGE(contains(help, name), name);
  }
  CHECK(run_well({}) == help);
  CHECK(run_well({"help"}) == help);
  for (const char* command : {"encode", "info", "bench"}) {
    const std::string own = run_well({command, "--help"});
    CHECK(own.find("Example") < own.find("Usage:"));
    CHECK(run_well({"help", command}) == own);
  }
}

TEST_CASE("nst-run: info describes the model, the instruction sets and the memory") {
  const std::string text = run_well({"info", "-t", "2"});
  const nst::ModelInfo info = Model::default_model().info();
  CHECK(contains(text, info.predictor));
  CHECK(contains(text, info.source_sha256));
  for (const std::string& isa : Model::supported_isas()) CHECK(contains(text, isa));
  CHECK(contains(text, "threads      2 (" + nst::thread_backend() + ")\n"));
  CHECK(contains(text, "1920x1080"));
  const std::string slowest = Model::supported_isas().back();
  CHECK(run_well({"info", "-t", "2", "-m", NST_DEFAULT_MODEL_FILE}) ==
        run_well({"info", "-t", "2", NST_DEFAULT_MODEL_FILE}));
  CHECK(contains(run_well({"info"}, {.environment = {{"NST_ISA", slowest}}}),
                 "isa          " + slowest));
}

TEST_CASE("nst-run: bench --json reports what it ran, in numbers that fit together") {
  const auto report = nlohmann::json::parse(run_well(
      {"bench", "--size", "48x32", "--style-size", "64", "--runs", "3", "-t", "1", "--json"}));
  const Model model = Model::default_model();
  CHECK(report.at("isa") == Model::isa());
  CHECK(report.at("threads") == 1);
  CHECK(report.at("runs") == 3);
  CHECK(report.at("width") == 48);
  CHECK(report.at("height") == 32);
  CHECK(report.at("style_size") == 64);
  REQUIRE(report.at("stages").size() == 2);
  CHECK(report.at("stages")[0].at("name") == "predictor");
  CHECK(report.at("stages")[1].at("name") == "transformer");
  const nst::PlanInfo plans[] = {model.plan_predictor(64, 64, 1),
                                 model.plan_transformer(48, 32, 1)};
  std::size_t peak = 0;
  for (int i = 0; i < 2; ++i) {
    const auto& stage = report.at("stages")[i];
    CHECK(stage.at("mac") == plans[i].mac);
    peak = std::max(peak, plans[i].arena_bytes + plans[i].scratch_bytes);
    const double median_ms = stage.at("median_ms");
    const double min_ms = stage.at("min_ms");
    CHECK(min_ms > 0.0);
    CHECK(median_ms >= min_ms);
    // The printed speed must match the printed time. The time is rounded to a microsecond, which
    // changes the computed speed by up to 2 %.
    CHECK(stage.at("gflops").get<double>() ==
          doctest::Approx(2e-6 * static_cast<double>(plans[i].mac) / median_ms).epsilon(0.02));
  }
  CHECK(report.at("peak_bytes") == peak);
  CHECK(contains(run_well({"bench", "--size", "32", "--style-size", "64", "--runs", "1"}),
                 "transformer"));
}

TEST_CASE("nst-run: bench --only measures one network, and counts the memory of that one alone") {
  const Model model = Model::default_model();
  const std::pair<std::string, nst::PlanInfo> stages[] = {
      {"predictor", model.plan_predictor(64, 64, 1)},
      {"transformer", model.plan_transformer(48, 32, 1)}};
  for (const auto& stage : stages) {
    // Not a structured binding, because the lambda in CAPTURE cannot capture one with clang 14.
    const std::string& name = stage.first;
    const nst::PlanInfo& plan = stage.second;
    CAPTURE(name);
    const auto report =
        nlohmann::json::parse(run_well({"bench", "--size", "48x32", "--style-size", "64", "--runs",
                                        "1", "-t", "1", "--json", "--only", name}));
    REQUIRE(report.at("stages").size() == 1);
    CHECK(report.at("stages")[0].at("name") == name);
    CHECK(report.at("peak_bytes") == plan.arena_bytes + plan.scratch_bytes);
  }
}
