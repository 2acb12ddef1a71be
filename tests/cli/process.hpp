// Runs nst-run and keeps what it says.
#pragma once

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.hpp"

namespace nst::test {

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  std::string out, err;
};

struct ProcessOptions {
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string folder = {};     // to run in; empty: the test's own
  std::string input = {};      // the file on standard input; empty: the test's own
  double interrupt_after = 0;  // seconds until `signal`; 0 = never
  int signal = SIGINT;
};

// NST_MODEL and NST_ISA of the caller are not passed on.
ProcessResult run_nst(const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

// Runs and checks for success with nothing on stderr; gives stdout.
std::string run_well(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

// Runs and checks for `exit_code`, one line "nst-run: ..." on stderr and nothing on stdout; gives
// the line.
std::string run_badly(int exit_code, const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

}  // namespace nst::test
