#include "platform/shared_library.hpp"

#include <dlfcn.h>

namespace nst {

void* load_shared_library(const char* file_name) {
  return ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
}

void* find_function(void* library, const char* name) { return ::dlsym(library, name); }

}  // namespace nst
