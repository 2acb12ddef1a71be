// The C++ API of NST, arbitrary neural style transfer on the CPU. Includes all headers of this API.
//
//   paint, Painter   make the finished picture from a content and a style
//   Model            networks and weights; immutable; threads may share it
//   StyleVector      a style as the transformer's numbers; can be saved, scaled and blended
//   Session          runs a model's networks in memory that it keeps; for one thread at a time
//
// Rows of a picture run from the top. Every failure is an nst::Error. The library never prints or
// ends the process. The only environment variable that it reads is NST_ISA (see Model::isa).
#pragma once

#include "nst/error.hpp"
#include "nst/export.h"
#include "nst/files.hpp"
#include "nst/image.hpp"
#include "nst/metadata.hpp"
#include "nst/model.hpp"
#include "nst/paint.hpp"
#include "nst/progress.hpp"
#include "nst/session.hpp"
#include "nst/style.hpp"
#include "nst/threads.hpp"
#include "nst/version.h"

namespace nst {

// Version of these headers, "major.minor.patch".
inline constexpr const char* kVersion = NST_VERSION_STRING;

// Returns the version of the library that runs. A shared library may be newer than the headers.
NST_API const char* version() noexcept;

}  // namespace nst
