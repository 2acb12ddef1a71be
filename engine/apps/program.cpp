#include "program.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <typeinfo>

#include "nst/nst.hpp"
#include "platform/signals.hpp"

namespace nst::program {

std::atomic<bool> unfinished_line{false};

namespace {

const char* program_name = "";

// Ends the process on a signal. A handler may call async-signal-safe functions only.
void end(int number) {
  remove_unfinished_files();
  if (unfinished_line) write_standard_error("\r\033[K");
  write_standard_error(program_name);
  write_standard_error(is_interrupt(number) ? ": interrupted\n" : ": ended by a signal\n");
  std::_Exit(128 + number);
}

// Prints "<program>: <text>" as one line, without allocating, and returns the exit code.
int fail(ErrorCode code, const char* text) noexcept {
  char line[4096];
  int length = std::snprintf(line, sizeof line - 1, "%s: %s", program_name, text);
  length = std::clamp(length, 0, static_cast<int>(sizeof line) - 2);
  for (int i = 0; i < length; ++i) {
    if (static_cast<unsigned char>(line[i]) < ' ') line[i] = ' ';
  }
  line[length] = '\n';
  std::fwrite(line, 1, static_cast<std::size_t>(length) + 1, stderr);
  return static_cast<int>(code);
}

// Ends the program where no handler can be reached: an allocation failed before main(), in a
// library's function that says it throws nothing (CLI11's check_name), or so that not even an
// exception could be made. Everything else is a defect.
[[noreturn]] void end_unhandled() {
  remove_unfinished_files();
  const std::type_info* type = abi::__cxa_current_exception_type();
  // Not operator new, which makes an exception; volatile, or the compiler leaves the call out.
  constexpr std::size_t kSmall = 1024;
  void* volatile memory = type == nullptr ? std::malloc(kSmall) : nullptr;
  const bool memory_ended = type != nullptr ? *type == typeid(std::bad_alloc) : memory == nullptr;
  std::_Exit(memory_ended ? fail(ErrorCode::limit, "out of memory")
                          : fail(ErrorCode::internal, "internal error; please report it"));
}

// Before the constructors of static objects, of which libraries have some that allocate; the
// numbers up to 100 are the implementation's own.
[[gnu::constructor(101)]] void prepare() {
  program_name = program_invocation_short_name;
  std::set_terminate(end_unhandled);
}

}  // namespace

int run(const char* name, const char* when_memory_ends, void (*work)(int argc, char** argv),
        int argc, char** argv) noexcept {
  program_name = name;
  call_on_end_signals(end);
  ignore_file_size_signal();
  try {
    work(argc, argv);
    if (std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    return fail(ErrorCode::output, "standard output: cannot write; check where it goes");
  } catch (const Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::limit, when_memory_ends);
  } catch (const std::exception& error) {
    char text[2048];
    std::snprintf(text, sizeof text, "internal error (%s); please report it", error.what());
    return fail(ErrorCode::internal, text);
  } catch (...) {
    return fail(ErrorCode::internal, "internal error; please report it");
  }
}

}  // namespace nst::program
