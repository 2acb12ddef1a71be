#include "api/kernel_table.hpp"

#include <cstdlib>
#include <string>

#include "nst/error.hpp"

namespace nst {

const kernels::Table& process_table() {
  static const kernels::Table* const table = [] {
    const char* wanted = std::getenv("NST_ISA");
    const kernels::Table* chosen = kernels::choose_table(wanted);
    if (!chosen) {
      std::string names;
      const kernels::TableList list = kernels::supported_tables();
      for (int i = 0; i < list.count; ++i)
        names += (i ? ", " : "") + std::string(list.tables[i]->name);
      throw Error(ErrorCode::usage, std::string("NST_ISA: \"") + wanted +
                                        "\" is not an instruction set this machine can run; use " +
                                        names + ", or unset it");
    }
    return chosen;
  }();
  return *table;
}

}  // namespace nst
