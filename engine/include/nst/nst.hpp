// Public C++ API of NST: arbitrary neural style transfer on the CPU. Includes all of it.
//
//   Model        weights and architecture; immutable, shared freely between threads
//   StyleVector  what a painting is to the transformer: some numbers, to save, scale and blend
//   Session      one arena of memory; one thread at a time, any number of pictures of any sizes
//
// Images are interleaved RGB(A), rows from the top. Every failure is an nst::Error; nothing here
// prints, exits or reads the environment (but NST_ISA, see docs of Model::isa).
#pragma once

#include "nst/error.hpp"
#include "nst/export.h"
#include "nst/files.hpp"
#include "nst/image.hpp"
#include "nst/model.hpp"
#include "nst/paint.hpp"
#include "nst/progress.hpp"
#include "nst/session.hpp"
#include "nst/style.hpp"
#include "nst/threads.hpp"
#include "nst/version.h"

namespace nst {

// Version of this header, "major.minor.patch".
inline constexpr const char* kVersion = NST_VERSION_STRING;

// Version of the library that runs: a shared one may be newer than the header.
NST_API const char* version() noexcept;

}  // namespace nst
