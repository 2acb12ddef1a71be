#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

std::vector<std::string> supported_names() {
  std::vector<std::string> names;
  const TableList list = supported_tables();
  for (int i = 0; i < list.count; ++i) names.emplace_back(list.tables[i]->name);
  return names;
}

TEST_CASE("the table that every CPU of the architecture runs ends the list of supported tables") {
  REQUIRE(!supported_names().empty());
#if defined(__aarch64__)
  CHECK(supported_names().back() == "neon");
#else
  CHECK(supported_names().back() == "baseline");
#endif
}

TEST_CASE("supported tables go from wide vectors to narrow ones") {
  const TableList list = supported_tables();
  for (int i = 1; i < list.count; ++i) {
    CHECK(list.tables[i - 1]->lanes >= list.tables[i]->lanes);
  }
}

TEST_CASE("without a name the best supported table is chosen") {
  CHECK(choose_table(nullptr) == supported_tables().tables[0]);
  CHECK(choose_table("") == supported_tables().tables[0]);
}

TEST_CASE("a compiled table is chosen by name exactly where this CPU supports it") {
  const NameList names = compiled_names();
  const std::vector<std::string> supported = supported_names();
  for (int i = 0; i < names.count; ++i) {
    const std::string name = names.names[i];
    CAPTURE(name);
    const Table* table = choose_table(name.c_str());
    const bool expected = name == "reference" ||
                          std::find(supported.begin(), supported.end(), name) != supported.end();
    REQUIRE((table != nullptr) == expected);
    if (table != nullptr) CHECK(name == table->name);
  }
}

TEST_CASE("the reference is reached by name only") {
  CHECK(choose_table("reference") == &reference_table());
  for (const std::string& name : supported_names()) CHECK(name != "reference");
}

TEST_CASE("an unknown table name chooses nothing") {
  for (const char* name : {"AVX2", "avx", "avx5122", " avx2", "sse9"}) {
    CHECK(choose_table(name) == nullptr);
  }
}

}  // namespace
}  // namespace nst::kernels
