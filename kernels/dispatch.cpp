#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "kernels/cpu_features.hpp"
#include "kernels/isa/tables.h"
#include "kernels/kernels.h"

namespace nst::kernels {

namespace {

// A compiled table and its name. The name is stored here as well, so that listing names runs no
// code of the table's compilation unit. That code may use instructions that the processor lacks.
struct Candidate {
  const char* name;
  const Table* table;
  bool (*runs_on)(const CpuFeatures& cpu);
};

[[maybe_unused]] bool with_avx2(const CpuFeatures& cpu) { return cpu.avx2; }
[[maybe_unused]] bool with_avx512(const CpuFeatures& cpu) { return cpu.avx512; }
[[maybe_unused]] bool everywhere(const CpuFeatures&) { return true; }

// The kernel tables in this program, one for each instruction set, the fastest on AMD's processors
// first. The last one runs on every CPU of the architecture: "baseline" on x86-64, "neon" on
// AArch64.
constexpr Candidate kCandidates[] = {
#if defined(NST_HAVE_ZEN4_TABLE)
    {"zen4", &zen4_table, with_avx512},
#endif
#if defined(NST_HAVE_AVX512_TABLE)
    {"avx512", &avx512_table, with_avx512},
#endif
#if defined(NST_HAVE_AVX2_TABLE)
    {"avx2", &avx2_table, with_avx2},
#endif
#if defined(NST_HAVE_NEON_TABLE)
    {"neon", &neon_table, everywhere},
#endif
#if defined(NST_HAVE_BASELINE_TABLE)
    {"baseline", &baseline_table, everywhere},
#endif
};
constexpr std::size_t kCount = std::size(kCandidates);
constexpr const char* kReference = "reference";

constexpr std::array<const char*, kCount + 1> kNames = [] {
  std::array<const char*, kCount + 1> names{};
  for (std::size_t i = 0; i < kCount; ++i) names[i] = kCandidates[i].name;
  names[kCount] = kReference;
  return names;
}();

struct Supported {
  std::array<const Table*, kCount> tables{};
  int count = 0;

  explicit Supported(const CpuFeatures& cpu) {
    for (const Candidate& candidate : kCandidates) {
      if (candidate.runs_on(cpu)) tables[count++] = candidate.table;
    }
#if defined(NST_HAVE_ZEN4_TABLE)
    // Puts the avx512 table before the zen4 table, except on AMD's processors. The zen4 table uses
    // paired products (paired_products.hpp). They are fast only on cores that have separate units
    // for additions, as AMD's have.
    if (cpu.avx512 && !cpu.amd) std::swap(tables[0], tables[1]);
#endif
  }
};

const Supported& supported() {
  static const Supported instance(cpu_features());
  return instance;
}

}  // namespace

TableList supported_tables() { return {supported().tables.data(), supported().count}; }

NameList compiled_names() { return {kNames.data(), static_cast<int>(kNames.size())}; }

const Table* choose_table(const char* isa_override) {
  const TableList list = supported_tables();
  if (isa_override == nullptr || *isa_override == '\0') return list.tables[0];
  const std::string_view wanted = isa_override;
  for (int i = 0; i < list.count; ++i) {
    if (wanted == list.tables[i]->name) return list.tables[i];
  }
  return wanted == kReference ? &reference_table() : nullptr;
}

}  // namespace nst::kernels
