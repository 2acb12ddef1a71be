#include "platform/shared_library.hpp"

#include <dlfcn.h>

#include <cerrno>
#include <new>

namespace nst {

void* load_shared_library(const char* file_name) {
  errno = 0;
  void* const library = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr && errno == ENOMEM) throw std::bad_alloc();
  return library;
}

void* find_function(void* library, const char* name) { return ::dlsym(library, name); }

}  // namespace nst
