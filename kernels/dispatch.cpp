#include <array>
#include <cstddef>
#include <string_view>

#include "kernels/isa/tables.h"
#include "kernels/kernels.h"

namespace nst::kernels {

namespace {

struct Candidate {
  const Table* (*table)();
  bool (*supported)();
};

bool always() { return true; }

#if defined(NST_HAVE_AVX512_TABLE)
// The compiler's run-time library reads CPUID and, for AVX and AVX-512, XCR0 as well: a feature
// whose registers the operating system does not save counts as absent (libgcc's cpuinfo.h and
// compiler-rt's cpu_model.c: avx_usable, avx512_usable).
bool supports_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool supports_avx512() {
  return supports_avx2() && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512cd") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}

// Every AMD processor with AVX-512 so far: Zen 4 was the first.
bool supports_zen4() { return supports_avx512() && __builtin_cpu_is("amd") != 0; }
#endif

// Best first. NEON is part of every AArch64 CPU; "baseline" is the same arithmetic there.
constexpr Candidate kCandidates[] = {
#if defined(NST_HAVE_AVX512_TABLE)
    {zen4_table, supports_zen4}, {avx512_table, supports_avx512}, {avx2_table, supports_avx2},
#endif
#if defined(NST_HAVE_NEON_TABLE)
    {neon_table, always},
#endif
#if defined(NST_HAVE_BASELINE_TABLE)
    {baseline_table, always},
#endif
};
constexpr std::size_t kCount = std::size(kCandidates);

struct Registry {
  std::array<const Table*, kCount> supported{};
  int supported_count = 0;
  std::array<const char*, kCount + 1> names{};

  Registry() {
    for (std::size_t i = 0; i < kCount; ++i) {
      const Table* table = kCandidates[i].table();
      names[i] = table->name;
      if (kCandidates[i].supported()) supported[supported_count++] = table;
    }
    names[kCount] = reference_table().name;
  }
};

const Registry& registry() {
  static const Registry instance;
  return instance;
}

}  // namespace

TableList supported_tables() { return {registry().supported.data(), registry().supported_count}; }

NameList compiled_names() { return {registry().names.data(), static_cast<int>(kCount) + 1}; }

const Table* choose_table(const char* isa_override) {
  const TableList list = supported_tables();
  if (isa_override == nullptr || *isa_override == '\0') return list.tables[0];
  const std::string_view wanted = isa_override;
  for (int i = 0; i < list.count; ++i) {
    if (wanted == list.tables[i]->name) return list.tables[i];
  }
  return wanted == reference_table().name ? &reference_table() : nullptr;
}

}  // namespace nst::kernels
