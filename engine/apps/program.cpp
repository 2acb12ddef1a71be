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

void clear_unfinished_line() noexcept {
  if (unfinished_line.exchange(false)) write_standard_error("\r\033[K");
}

namespace {

const char* program_name = "";

// Signal handler: ends the process. It may call only async-signal-safe functions.
void end(int number) {
  remove_unfinished_files();
  clear_unfinished_line();
  write_standard_error(program_name);
  write_standard_error(is_interrupt(number) ? ": interrupted\n" : ": ended by a signal\n");
  std::_Exit(128 + number);
}

// Prints "<program>: <text>" as one line. Allocates no memory.
void print(const char* text) noexcept {
  char line[4096];
  int length = std::snprintf(line, sizeof line - 1, "%s: %s", program_name, text);
  length = std::clamp(length, 0, static_cast<int>(sizeof line) - 2);
  for (int i = 0; i < length; ++i) {
    if (static_cast<unsigned char>(line[i]) < ' ') line[i] = ' ';
  }
  line[length] = '\n';
  std::fwrite(line, 1, static_cast<std::size_t>(length) + 1, stderr);
}

// Prints the message of a failure that ends the program. Returns the program's exit code.
int fail(ErrorCode code, const char* text) noexcept {
  print(text);
  return static_cast<int>(code);
}

// Called instead of std::terminate's default. Reports "out of memory" for allocations that fail
// where no handler can catch the exception:
//
// - before main()
// - inside a library function marked noexcept (CLI11's check_name)
// - where even the exception object could not be allocated
//
// Everything else that gets here is reported as a defect.
[[noreturn]] void end_unhandled() {
  remove_unfinished_files();
  const std::type_info* type = abi::__cxa_current_exception_type();
  // Tests whether memory is left. Uses malloc, because operator new would throw. The pointer is
  // volatile, because the compiler would otherwise remove the call.
  constexpr std::size_t kSmall = 1024;
  void* volatile memory = type == nullptr ? std::malloc(kSmall) : nullptr;
  const bool memory_ended = type != nullptr ? *type == typeid(std::bad_alloc) : memory == nullptr;
  std::_Exit(memory_ended ? fail(ErrorCode::limit, "out of memory")
                          : fail(ErrorCode::internal, "internal error; please report it"));
}

// Sets the terminate handler before the constructors of static objects run: some libraries allocate
// there. 101 is the first constructor priority that programs may use.
[[gnu::constructor(101)]] void prepare() {
  program_name = program_invocation_short_name;
  std::set_terminate(end_unhandled);
}

}  // namespace

int run(const char* name, const char* when_memory_ends, int (*work)(int argc, char** argv),
        int argc, char** argv) noexcept {
  program_name = name;
  call_on_end_signals(end);
  ignore_file_size_signal();
  try {
    const int code = work(argc, argv);
    if (std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
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

void print_line(const std::string& text) {
  clear_unfinished_line();
  print(text.c_str());
}

}  // namespace nst::program
