// Loads libraries that are needed only for some inputs, when they are first needed. If they were
// linked, every start of a program would load them, which takes time and memory.
#pragma once

namespace nst {

// Loads the shared library with this file name, which the system's loader looks for. Returns its
// handle, or null if it cannot be loaded. Throws bad_alloc if there is not enough memory for it. A
// library is never unloaded. Loading the same library again is cheap and returns the same handle.
void* load_shared_library(const char* file_name);

// Returns the address of a function of a loaded library, or null if the library has no such
// function.
void* find_function(void* library, const char* name);

// Loads a shared library and finds several of its functions.
class SharedFunctions {
 public:
  // Loads the library of this file name. Throws bad_alloc as load_shared_library() does.
  explicit SharedFunctions(const char* file_name)
      : library_(load_shared_library(file_name)), has_all_(library_ != nullptr) {}

  // Sets a pointer to the function of this name, or to null if there is none.
  template <typename Function>
  void find(Function*& function, const char* name) {
    void* const address = library_ == nullptr ? nullptr : find_function(library_, name);
    function = reinterpret_cast<Function*>(address);
    has_all_ = has_all_ && address != nullptr;
  }
  // Returns true if the library was loaded and every function was found.
  bool has_all() const { return has_all_; }

 private:
  void* library_;
  bool has_all_;
};

}  // namespace nst
