// Every kernel table that this processor runs.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "api/model_impl.hpp"
#include "support/formula_model.hpp"

namespace nst::test {

// check(table), best first.
template <class Check>
void for_every_supported_table(Check&& check) {
  const kernels::TableList tables = kernels::supported_tables();
  for (int t = 0; t < tables.count; ++t) check(*tables.tables[t]);
}

// check(model) of a formula network, table by table; a failure names network and table.
template <class Check>
void on_every_table(const FormulaNetwork& network, Check&& check) {
  const std::vector<std::uint8_t> file = formula_model_file(network);
  for_every_supported_table([&](const kernels::Table& table) {
    const std::string label = network.name + " " + table.name;
    CAPTURE(label);
    check(open_model_with_table(file.data(), file.size(), network.name, table));
  });
}

}  // namespace nst::test
