#include "cli/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "image/pictures.hpp"

namespace nst::test {
namespace {

// Replaces the child process by the program. Called between fork and exec.
[[noreturn]] void become_program(const std::vector<std::string>& arguments,
                                 const ProcessOptions& options, const std::string& out,
                                 const std::string& err) {
  std::vector<char*> argv;
  std::string program = options.program.empty() ? NST_RUN_PROGRAM : options.program;
  argv.push_back(program.data());
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
  for (const char* name : {"NST_MODEL", "NST_ISA", "NST_THREADS", "NST_MAX_MEMORY"}) {
    ::unsetenv(name);
  }
  for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!options.input.empty()) ::dup2(::open(options.input.c_str(), O_RDONLY), STDIN_FILENO);
  const int out_fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err_fd = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out_fd, STDOUT_FILENO);
  ::dup2(err_fd, STDERR_FILENO);
  const bool there = options.folder.empty() || ::chdir(options.folder.c_str()) == 0;
  if (there) ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

std::string text_of(const std::string& path) {
  if (std::filesystem::file_size(path) == 0) return {};
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

ProcessResult run_nst(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  const TemporaryFolder folder;
  const std::string out = folder.file("stdout");
  const std::string err = folder.file("stderr");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) become_program(arguments, options, out, err);
  if (options.interrupt_after > 0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(options.interrupt_after));
    ::kill(child, options.signal);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
}

std::string run_well(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  const ProcessResult result = run_nst(arguments, options);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(result.err == "");
  return result.out;
}

std::string run_badly(int exit_code, const std::vector<std::string>& arguments,
                      const ProcessOptions& options) {
  const ProcessResult result = run_nst(arguments, options);
  CHECK_MESSAGE(result.exit_code == exit_code, result.err);
  CHECK_MESSAGE(result.err.starts_with("nst-run: "), result.err);
  CHECK_MESSAGE(result.err.find('\n') == result.err.size() - 1, result.err);
  CHECK(result.out == "");
  return result.err;
}

}  // namespace nst::test
