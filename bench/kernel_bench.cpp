// nst-bench: measures every kernel on every layer shape, for each instruction set of this CPU, on
// one thread. It reports GMAC/s, counted by the layer's definition. It also reports the share of
// the multiply-add peak, which is measured in the same run with the same vector width.
#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/layers.hpp"
#include "bench/own_layer.hpp"
#include "bench/peak.hpp"
#include "kernels/kernels.h"

namespace nst::bench {
namespace {

using namespace nst::kernels;

struct Free {
  void operator()(float* p) const { std::free(p); }
};
using Floats = std::unique_ptr<float, Free>;

Floats make_floats(std::size_t count) {
  const std::size_t bytes = (count * sizeof(float) + 127) / 64 * 64;
  Floats floats(static_cast<float*>(std::aligned_alloc(64, bytes)));
  // Returns arbitrary values, but no denormals, which would slow down the arithmetic. The speed
  // does not depend on other properties of the values.
  for (std::size_t i = 0; i < count; ++i) {
    floats.get()[i] = static_cast<float>((i * 2654435761u >> 8) % 2048) / 1024.0f - 1.0f;
  }
  return floats;
}

std::size_t area(int h, int w, int c) { return static_cast<std::size_t>(h) * w * c; }

void run_layer(benchmark::State& state, const Table& table, const Layer& layer,
               const ConvPlan& plan) {
  const ConvSpec& s = layer.spec;
  const ConvGeometry& g = layer.geometry;
  const Floats weights = make_floats(area(s.kernel_h * s.kernel_w, s.in_c, s.out_c));
  const Floats x = make_floats(area(g.in_h, g.in_w, s.in_c));
  const Floats output = make_floats(area(g.out_h, g.out_w, s.out_c));
  const Floats scale = make_floats(s.in_c);
  const Floats shift = make_floats(s.in_c);
  const Floats bias = make_floats(s.out_c);
  const Floats moments = make_floats(2 * s.out_c);

  ConvArgs args{};
  args.plan = plan;
  args.geometry = g;
  args.blocking = conv_blocking(args.plan, g);
  const Floats packed = make_floats(args.plan.packed_floats);
  const Floats scratch = make_floats(args.blocking.scratch_floats);
  conv_pack(args.plan, weights.get(), packed.get());
  const auto row = [](int w, int c) { return static_cast<std::ptrdiff_t>(w) * c; };
  args.input.x = {x.get(), row(g.in_w, s.in_c), s.in_c, 0};
  if (layer.prologue) {
    args.input.scale = scale.get();
    args.input.shift = shift.get();
    args.input.act = Activation::relu;
  }
  args.packed = packed.get();
  args.bias = layer.moments ? nullptr : bias.get();
  args.act = layer.moments ? Activation::none : Activation::relu6;
  args.output = {output.get(), row(g.out_w, s.out_c), s.out_c, 0};

  const int blocks = block_count(args.blocking, g.out_h, g.out_w, s.out_c);
  const double peak = multiply_add_peak(table.lanes);
  // Measures the CPU time of this process, not the elapsed time, so that other processes do not
  // change the result.
  const std::clock_t begin = std::clock();
  for (auto _ : state) {
    for (int n = 0; n < blocks; ++n) {
      conv_run(args, nth_block(args.blocking, g.out_h, g.out_w, s.out_c, n),
               layer.moments ? moments.get() : nullptr, scratch.get());
    }
    benchmark::ClobberMemory();
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  const double rate = layer.multiply_adds() * static_cast<double>(state.iterations()) / seconds;
  state.counters["GMAC/s"] = rate * 1e-9;
  state.counters["peak%"] = 100 * rate / peak;
  state.counters["count"] = layer.count;
  state.SetLabel(plan.algorithm->name);
}

void run_affine(benchmark::State& state, const Table& table, int channels, Activation act) {
  constexpr int kSide = 256;
  const Floats x = make_floats(area(kSide, kSide, channels));
  const Floats output = make_floats(area(kSide, kSide, channels));
  const Floats scale = make_floats(channels);
  const Floats shift = make_floats(channels);
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(kSide) * channels;
  AffineArgs args{};
  args.width = kSide;
  args.channels = channels;
  args.x = {x.get(), row, channels, 0};
  args.scale = scale.get();
  args.shift = shift.get();
  args.act = act;
  args.output = {output.get(), row, channels, 0};
  for (auto _ : state) {
    table.affine(args, 0, kSide);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * kSide * row * 2 *
                          static_cast<std::int64_t>(sizeof(float)));
}

void run_pool(benchmark::State& state, const Table& table, PoolKind kind, int channels, int side,
              int stride) {
  const int pad = stride == 1 ? 1 : 0;
  const int out = (side + 2 * pad - 3) / stride + 1;
  const Floats x = make_floats(area(side, side, channels));
  const Floats output = make_floats(area(out, out, channels));
  PoolArgs args{};
  args.kind = kind;
  args.channels = channels;
  args.kernel = 3;
  args.stride = stride;
  args.geometry = {side, side, out, out, pad, pad, Border::zero};
  args.input = {x.get(), static_cast<std::ptrdiff_t>(side) * channels, channels, 0};
  args.output = {output.get(), static_cast<std::ptrdiff_t>(out) * channels, channels, 0};
  for (auto _ : state) {
    table.pool(args, {0, 0, out, out, 0, 0});
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * (side * side + out * out) * channels *
                          static_cast<std::int64_t>(sizeof(float)));
}

void run_dense(benchmark::State& state, const Table& table, int in_n, int out_n) {
  const Floats x = make_floats(in_n);
  const Floats weights = make_floats(area(1, in_n, out_n));
  const Floats bias = make_floats(out_n);
  const Floats out = make_floats(out_n);
  for (auto _ : state) {
    table.dense(x.get(), in_n, weights.get(), bias.get(), out_n, out.get());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * in_n * out_n *
                          static_cast<std::int64_t>(sizeof(float)));
}

// nst-bench's own options, which say what is measured.
struct Selection {
  // --layer: layers to measure instead of the networks' layers and the other kernels.
  std::vector<std::string> layers;
  // --algorithm: algorithms to measure a layer with, instead of the one that the engine uses.
  std::vector<std::string> algorithms;
  // --all-algorithms: measures every algorithm that suits a layer.
  bool all_algorithms = false;
};

// Returns the convolution plans to measure for a layer. Without --algorithm and --all-algorithms,
// this is the plan that the engine chooses. Otherwise it is one plan for each requested algorithm
// that can compute the layer.
std::vector<ConvPlan> plans_for(const Table& table, const Layer& layer,
                                const Selection& selection) {
  if (selection.algorithms.empty() && !selection.all_algorithms) {
    return {conv_plan(table, layer.spec)};
  }
  std::vector<ConvPlan> plans;
  const auto add = [&](const ConvPlan& plan) {
    if (plan.algorithm != nullptr) plans.push_back(plan);
  };
  for (const std::string& name : selection.algorithms) {
    add(conv_plan_with(table, layer.spec, name.c_str()));
  }
  if (!selection.all_algorithms) return plans;
  for (const ConvAlgorithmList* list = &table.conv_algorithms; list != nullptr; list = list->next) {
    for (int i = 0; i < list->count; ++i) {
      add(conv_plan_with(table, layer.spec, list->algorithms[i]->name));
    }
  }
  return plans;
}

// Registers one measurement for each plan of plans_for(). Returns the number of plans.
int register_layer(const Table& table, const Layer& layer, const Selection& selection) {
  const bool is_chosen = selection.all_algorithms || !selection.algorithms.empty();
  const std::vector<ConvPlan> plans = plans_for(table, layer, selection);
  for (const ConvPlan& plan : plans) {
    std::string name = std::string(table.name) + "/" + layer.name;
    if (is_chosen) name += std::string("/") + plan.algorithm->name;
    benchmark::RegisterBenchmark(name.c_str(), [&table, &layer, plan](benchmark::State& state) {
      run_layer(state, table, layer, plan);
    })->Unit(benchmark::kMicrosecond);
  }
  return static_cast<int>(plans.size());
}

void register_other_kernels(const Table& table) {
  const std::string prefix = std::string(table.name) + "/";
  const auto add = [&](const std::string& name, auto run) {
    benchmark::RegisterBenchmark((prefix + name).c_str(), run)->Unit(benchmark::kMicrosecond);
  };
  add("affine_sigmoid_3ch",
      [&](benchmark::State& s) { run_affine(s, table, 3, Activation::sigmoid); });
  add("affine_relu_32ch", [&](benchmark::State& s) { run_affine(s, table, 32, Activation::relu); });
  add("max_pool_64ch", [&](benchmark::State& s) { run_pool(s, table, PoolKind::max, 64, 125, 2); });
  add("average_pool_768ch",
      [&](benchmark::State& s) { run_pool(s, table, PoolKind::average, 768, 14, 1); });
  add("dense_768_100", [&](benchmark::State& s) { run_dense(s, table, 768, 100); });
  add("dense_100_2758", [&](benchmark::State& s) { run_dense(s, table, 100, 2758); });
}

// Parses the arguments. Google Benchmark first parses its own options and removes them from argv.
// With --help, prints the help of nst-bench and of Google Benchmark, and ends the process. Throws
// CLI::ParseError.
void parse(Selection& selection, int argc, char** argv) {
  CLI::App app(
      "nst-bench measures the kernels, each layer on one thread.\n\n"
      "Examples:\n"
      "  nst-bench --benchmark_filter=zen4/full/residual\n"
      "  nst-bench --layer 3x3,128,128,64x64 --all-algorithms\n"
      "  nst-bench --algorithm direct --benchmark_filter=avx2/inception\n",
      "nst-bench");
  app.footer("Google Benchmark's own options:");
  app.add_option("--layer", selection.layers,
                 std::string("A layer of your own instead of the networks': KHxKW,IN,OUT,HxW, then "
                             "any of ") +
                     kLayerWords)
      ->type_name("LAYER")
      ->allow_extra_args(false);
  app.add_option("--algorithm", selection.algorithms,
                 "Measure with this algorithm where it suits the layer, not with the one that the "
                 "engine uses; the last column names it")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--all-algorithms", selection.all_algorithms,
               "Measure every algorithm that suits the layer");
  const auto is_help = [](const char* argument) { return std::string_view(argument) == "--help"; };
  if (std::any_of(argv + 1, argv + argc, is_help)) std::cout << app.help() << std::flush;
  benchmark::Initialize(&argc, argv);
  app.parse(argc, argv);
}

// Registers the measurements. Returns the layers of --layer, which must live as long as the
// measurements, because these refer to them.
std::vector<Layer> register_all(const Selection& selection) {
  std::vector<Layer> own;
  for (const std::string& text : selection.layers) own.push_back(parse_layer(text));
  int count = 0;
  const TableList list = supported_tables();
  for (int i = 0; i < list.count; ++i) {
    const Table& table = *list.tables[i];
    for (const Layer& layer : own.empty() ? layers() : own) {
      count += register_layer(table, layer, selection);
    }
    if (own.empty() && selection.algorithms.empty()) register_other_kernels(table);
  }
  if (count == 0) throw std::invalid_argument("no table has such an algorithm for such a layer");
  return own;
}

}  // namespace
}  // namespace nst::bench

int main(int argc, char** argv) try {
  nst::bench::Selection selection;
  nst::bench::parse(selection, argc, argv);
  const std::vector<nst::bench::Layer> own = nst::bench::register_all(selection);
  benchmark::AddCustomContext("GMAC/s", "multiply-accumulates by the layer's definition");
  benchmark::AddCustomContext(
      "peak%",
      "their share of the peak of multiply-adds, measured in this run; over 100 where Winograd or "
      "paired products make fewer products than the definition");
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "nst-bench: " << error.what() << "\n";
  return 2;
}
