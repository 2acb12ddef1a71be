#include "tests/kernels/support.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <sstream>
#include <utility>

namespace nst::kernels::test {

namespace {
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

int Random::between(int low, int high) {
  return low + static_cast<int>(next() % static_cast<std::uint64_t>(high - low + 1));
}

float Random::uniform(float low, float high) {
  return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24f;
}

Guarded::Guarded(std::size_t count, float fill, bool aligned) : size_(count) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = count * sizeof(float);
  const std::size_t used = (bytes + page - 1) / page * page;
  mapping_bytes_ = used + page;
  mapping_ =
      mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char* guard = static_cast<char*>(mapping_) + used;
  if (mapping_ == MAP_FAILED || mprotect(guard, page, PROT_NONE) != 0) std::abort();
  const std::size_t reserved = aligned ? (bytes + 63) / 64 * 64 : bytes;
  data_ = reinterpret_cast<float*>(guard - reserved);
  std::fill_n(data_, count, fill);
}

Guarded::Guarded(const Guarded& other) : Guarded(other.size_, 0.0f) {
  std::copy_n(other.data_, other.size_, data_);
}

Guarded::Guarded(Guarded&& other) noexcept { swap(other); }

Guarded& Guarded::operator=(Guarded other) noexcept {
  swap(other);
  return *this;
}

void Guarded::swap(Guarded& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_bytes_, other.mapping_bytes_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
}

Guarded::~Guarded() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes_);
}

Tensor::Tensor(int h, int w, int c, int gap, int offset)
    : h_(h), w_(w), c_(c), gap_(gap), offset_(offset) {
  // The memory ends with the last pixel, which has no gap after it, so that reading on crashes.
  const std::size_t floats = offset + static_cast<std::size_t>(h) * w * (c + gap) - gap;
  data_ = Guarded(floats, kForeign);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      for (int i = 0; i < c; ++i) at(y, x, i) = kNan;
    }
  }
}

Tensor Tensor::random(Random& random, int h, int w, int c, int gap, int offset, float low,
                      float high) {
  Tensor t(h, w, c, gap, offset);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      for (int i = 0; i < c; ++i) t.at(y, x, i) = random.uniform(low, high);
    }
  }
  return t;
}

Tensor Tensor::strip(int first, int rows) const {
  Tensor t(rows, w_, c_, gap_, offset_);
  t.first_row_ = first;
  for (int y = first; y < first + rows; ++y) {
    for (int x = 0; x < w_; ++x) {
      for (int i = 0; i < c_; ++i) t.at(y, x, i) = at(y, x, i);
    }
  }
  return t;
}

Tensor Tensor::magnitude() const {
  Tensor t = *this;
  for (float& value : t.data_) value = std::abs(value);
  return t;
}

Tensor Tensor::scaled(float factor) const {
  Tensor t = *this;
  for (float& value : t.data_) value *= factor;
  return t;
}

float& Tensor::at(int y, int x, int c) {
  return data_[offset_ + (static_cast<std::size_t>(y - first_row_) * w_ + x) * (c_ + gap_) + c];
}

float Tensor::at(int y, int x, int c) const { return const_cast<Tensor*>(this)->at(y, x, c); }

ConstView Tensor::view() const {
  const View v = const_cast<Tensor*>(this)->mutable_view();
  return {v.data, v.row_stride, v.pixel_stride, v.first_row};
}

View Tensor::mutable_view() {
  if (empty()) return {nullptr, 0, 0, 0};
  const std::ptrdiff_t pixel = c_ + gap_;
  return {data_.data() + offset_, pixel * w_, pixel, first_row_};
}

bool Tensor::foreign_untouched() const {
  for (std::size_t i = 0; i < data_.size(); ++i) {
    const bool foreign = i < static_cast<std::size_t>(offset_) ||
                         (i - offset_) % (c_ + gap_) >= static_cast<std::size_t>(c_);
    if (foreign && data_[i] != kForeign) return false;
  }
  return true;
}

bool Tensor::operator==(const Tensor& other) const {
  return data_.size() == other.data_.size() &&
         std::memcmp(data_.data(), other.data_.data(), data_.size() * sizeof(float)) == 0;
}

std::string ConvCase::describe() const {
  constexpr const char* kBorders[] = {" zero", " reflect", " replicate"};
  std::ostringstream s;
  s << spec.kernel_h << "x" << spec.kernel_w << " " << spec.in_c << "->" << spec.out_c << " stride "
    << spec.stride << " upsample " << spec.upsample << (spec.depthwise ? " depthwise" : "")
    << ", input " << geometry.in_h << "x" << geometry.in_w << ", output " << geometry.out_h << "x"
    << geometry.out_w << ", pad " << geometry.pad_top << " " << geometry.pad_left
    << kBorders[static_cast<int>(geometry.border)] << ", act " << static_cast<int>(act)
    << (prologue ? ", prologue act " : "")
    << (prologue ? std::to_string(static_cast<int>(input_act)) : "")
    << (prologue_add ? ", prologue_add times " + std::to_string(prologue_add_factor) : "")
    << (prologue_output ? ", prologue_output" : "") << (bias ? ", bias" : "")
    << (epilogue_add ? ", epilogue_add" : "") << (floors ? ", floors" : "") << ", gap " << gap
    << ", offset " << offset;
  return s.str();
}

ConvData ConvData::random(Random& random, const ConvCase& conv) {
  const ConvSpec& s = conv.spec;
  const ConvGeometry& g = conv.geometry;
  const auto vector = [&](int n, float low, float high) {
    Guarded v(n, 0.0f);
    for (float& value : v) value = random.uniform(low, high);
    return v;
  };
  ConvData d;
  d.x = Tensor::random(random, g.in_h, g.in_w, s.in_c, conv.gap, conv.offset, -1.0f, 1.5f);
  if (conv.prologue_add) {
    d.prologue_add = Tensor::random(random, g.in_h, g.in_w, s.in_c, conv.gap + 1, 0, -1.0f, 1.0f);
  }
  if (conv.epilogue_add)
    d.epilogue_add = Tensor::random(random, g.out_h, g.out_w, s.out_c, 2, 1, -1.0f, 1.0f);
  const int taps = s.kernel_h * s.kernel_w;
  d.weights = vector(taps * s.in_c * (s.depthwise ? 1 : s.out_c), -1.0f, 1.0f);
  if (conv.bias) d.bias = vector(s.out_c, -2.0f, 2.0f);
  if (conv.prologue) {
    d.scale = vector(s.in_c, -1.5f, 1.5f);
    d.shift = vector(s.in_c, -0.5f, 0.5f);
  }
  if (conv.floors) {
    d.input_floor = vector(s.in_c, -1.0f, 0.0f);
    d.floor = vector(s.out_c, -2.0f, 0.0f);
  }
  return d;
}

ConvData ConvData::magnitude() const {
  ConvData d = *this;
  d.x = x.magnitude();
  d.prologue_add = prologue_add.magnitude();
  d.epilogue_add = epilogue_add.magnitude();
  for (auto* v : {&d.weights, &d.bias, &d.scale, &d.shift}) {
    for (float& value : *v) value = std::abs(value);
  }
  return d;
}

namespace {

ConvArgs conv_args(const Table& table, const ConvCase& conv, const ConvData& data) {
  ConvArgs args{};
  args.plan = conv_plan(table, conv.spec);
  args.geometry = conv.geometry;
  args.blocking = conv_blocking(args.plan, conv.geometry);
  args.input.x = data.x.view();
  args.input.scale = conv.prologue ? data.scale.data() : nullptr;
  args.input.shift = conv.prologue ? data.shift.data() : nullptr;
  args.input.act = conv.input_act;
  const auto floor_of = [&](const Guarded& floor, Activation act) {
    return conv.floors && act == Activation::relu ? floor.data() : nullptr;
  };
  args.input.floor = conv.prologue ? floor_of(data.input_floor, conv.input_act) : nullptr;
  args.floor = conv.epilogue_add ? nullptr : floor_of(data.floor, conv.act);
  args.input.prologue_add = data.prologue_add.view();
  args.input.prologue_add_factor = conv.prologue_add_factor;
  args.bias = conv.bias ? data.bias.data() : nullptr;
  args.act = conv.act;
  args.epilogue_add = data.epilogue_add.view();
  return args;
}

}  // namespace

ConvResult run_conv(const Table& table, const ConvCase& conv, const ConvData& data,
                    BlockOrder order, bool moments) {
  const ConvSpec& s = conv.spec;
  const ConvGeometry& g = conv.geometry;
  ConvResult result;
  result.output = Tensor(g.out_h, g.out_w, s.out_c, conv.gap, conv.offset);
  if (conv.prologue_output) result.prologue_output = Tensor(g.in_h, g.in_w, s.in_c, 1, conv.offset);

  ConvArgs args = conv_args(table, conv, data);
  Guarded packed(args.plan.packed_floats, kNan, true);
  conv_pack(args.plan, data.weights.data(), packed.data());
  args.packed = packed.data();
  args.input.prologue_output = result.prologue_output.mutable_view();
  args.output = result.output.mutable_view();

  const ConvBlocking& blocking = args.blocking;
  const int count = block_count(blocking, g.out_h, g.out_w, s.out_c);
  for (int n = 0; n < count; ++n) {
    result.blocks.push_back(nth_block(blocking, g.out_h, g.out_w, s.out_c, n));
  }
  if (order == BlockOrder::backward) std::reverse(result.blocks.begin(), result.blocks.end());
  for (const Block& block : result.blocks) {
    Guarded scratch(blocking.scratch_floats, kNan, true);
    // Has room for the moments of all channels, not only of the block's. So a test can see that
    // conv_run leaves the moments of other channels unchanged.
    Guarded block_moments(moments ? 2 * s.out_c : 0, -1.0f);
    conv_run(args, block, moments ? block_moments.data() : nullptr, scratch.data());
    result.moments.emplace_back(block_moments.begin(), block_moments.end());
  }
  return result;
}

void run_block(const Table& table, const ConvCase& conv, const ConvData& data, const Tensor& x,
               const Tensor& epilogue_add, const Block& block, Tensor& output) {
  ConvArgs args = conv_args(table, conv, data);
  Guarded packed(args.plan.packed_floats, kNan, true);
  conv_pack(args.plan, data.weights.data(), packed.data());
  args.packed = packed.data();
  args.input.x = x.view();
  args.epilogue_add = epilogue_add.view();
  args.output = output.mutable_view();
  Guarded scratch(args.blocking.scratch_floats, kNan, true);
  conv_run(args, block, nullptr, scratch.data());
}

Tensor conv_tolerance(const ConvCase& conv, const ConvData& data) {
  // A sum of n products a b has n rounding errors with random signs, so their total grows with
  // sqrt(n). It stays below lambda * sqrt(n) * u * sum |a b|, where u = 2^-24 is the rounding unit
  // of float. For the sizes and counts here, lambda is about 4 (Higham and Mary 2019, A new
  // approach to probabilistic rounding error analysis).
  //
  // Prologue and epilogue add a few rounding errors. Winograd algorithms have larger factors and
  // sums. For the sizes here their errors stay within the same bound, which is not tight.
  //
  // The reference kernel computes sum |a b|, from operands that are replaced by their magnitudes.
  constexpr float kUnit = 0x1p-24f;
  ConvCase absolute = conv;
  absolute.act = absolute.input_act = Activation::none;
  Tensor sums = run_conv(reference_table(), absolute, data.magnitude()).output;
  const ConvSpec& s = conv.spec;
  const int products = s.kernel_h * s.kernel_w * (s.depthwise ? 1 : s.in_c);
  const float factor = (6.0f + 4.0f * std::sqrt(static_cast<float>(products))) * kUnit;
  for (int y = 0; y < sums.h(); ++y) {
    for (int x = 0; x < sums.w(); ++x) {
      for (int c = 0; c < sums.c(); ++c) sums.at(y, x, c) *= factor;
    }
  }
  return sums;
}

void for_each_table(const std::function<void(const Table&)>& f) {
  const TableList list = supported_tables();
  const NameList names = compiled_names();
  for (int i = 0; i < names.count; ++i) {
    const std::string name = names.names[i];
    if (name == reference_table().name) continue;
    const Table* const* end = list.tables + list.count;
    const auto* found =
        std::find_if(list.tables, end, [&](const Table* t) { return name == t->name; });
    if (found == end) {
      static std::set<std::string> told;
      if (told.insert(name).second) MESSAGE("this CPU cannot run the table ", name, ": skipped");
      continue;
    }
    CAPTURE(name);
    f(**found);
  }
}

}  // namespace nst::kernels::test
