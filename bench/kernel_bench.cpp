// nst-bench: measures every kernel on every layer shape, for each instruction set of this CPU, on
// one thread. It reports GMAC/s, counted by the layer's definition. It also reports the share of
// the multiply-add peak, which is measured in the same run with the same vector width.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "bench/layers.hpp"
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
  // Returns arbitrary values without denormals, which would be slow. Other values do not affect the
  // speed.
  for (std::size_t i = 0; i < count; ++i) {
    floats.get()[i] = static_cast<float>((i * 2654435761u >> 8) % 2048) / 1024.0f - 1.0f;
  }
  return floats;
}

std::size_t area(int h, int w, int c) { return static_cast<std::size_t>(h) * w * c; }

void run_layer(benchmark::State& state, const Table& table, const Layer& layer) {
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
  args.plan = conv_plan(table, s);
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
  // Measures processor time, so that other processes do not count.
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

void register_table(const Table& table) {
  const std::string prefix = std::string(table.name) + "/";
  for (const Layer& layer : layers()) {
    benchmark::RegisterBenchmark((prefix + layer.name).c_str(), [&table,
                                                                 &layer](benchmark::State& state) {
      run_layer(state, table, layer);
    })->Unit(benchmark::kMicrosecond);
  }
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

}  // namespace
}  // namespace nst::bench

int main(int argc, char** argv) {
  const auto list = nst::kernels::supported_tables();
  for (int i = 0; i < list.count; ++i) nst::bench::register_table(*list.tables[i]);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
