#include "api/default_model.hpp"

#include <cstddef>
#include <cstdint>

extern "C" {
// Begin and end of the default model file, whose bytes default_model.S embeds in the library.
extern const std::uint8_t nst_default_model_begin[];
extern const std::uint8_t nst_default_model_end[];
}

namespace nst {

Bytes default_model_bytes() {
  return {nst_default_model_begin,
          static_cast<std::size_t>(nst_default_model_end - nst_default_model_begin)};
}

}  // namespace nst
