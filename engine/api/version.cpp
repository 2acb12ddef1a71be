#include "nst/version.h"

#include "nst/nst.hpp"

namespace nst {

const char* version() noexcept { return NST_VERSION_STRING; }

}  // namespace nst
