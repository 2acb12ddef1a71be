// Loads libraries that are needed only for some inputs, when they are first needed. A program that
// was linked with them would take their time and memory at every start.
#pragma once

namespace nst {

// Loads the shared library of this file name, as the system's loader finds it. Returns its handle,
// or null if it cannot be loaded. A library is never unloaded. Loading the same library again is
// cheap and returns the same handle.
void* load_shared_library(const char* file_name);

// Returns the address of a function of a loaded library, or null if the library has no such
// function.
void* find_function(void* library, const char* name);

}  // namespace nst
