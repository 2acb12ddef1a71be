// Runs a test on every kernel table that this processor supports.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "api/open_model.hpp"
#include "support/formula_model.hpp"

namespace nst::test {

// Calls check(table) for every kernel table that this processor supports, the best one first.
template <class Check>
void for_every_supported_table(Check&& check) {
  const kernels::TableList tables = kernels::supported_tables();
  for (int t = 0; t < tables.count; ++t) check(*tables.tables[t]);
}

// Calls check(model) once for every kernel table, with a model of `network` that uses this table. A
// failure names the network and the table.
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
