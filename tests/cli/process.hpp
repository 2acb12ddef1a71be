// Runs nst-run in a child process and records what it prints.
#pragma once

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.hpp"

namespace nst::test {

struct ProcessResult {
  int exit_code = -1;  // exit code; -1 if a signal ended the program
  std::string out, err;
};

struct ProcessOptions {
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string program = {};    // path of the program; empty: nst-run
  std::string folder = {};     // working folder; empty: the test's own folder
  std::string input = {};      // file that becomes standard input; empty: the test's own input
  double interrupt_after = 0;  // seconds until `signal` is sent; 0: `signal` is never sent
  int signal = SIGINT;
};

// Runs nst-run and returns its exit code and output. The environment of nst-run lacks the variables
// NST_MODEL, NST_ISA, NST_THREADS and NST_MAX_MEMORY of the test, unless `options` sets them.
ProcessResult run_nst(const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

// Runs nst-run, checks that it succeeds and prints nothing on stderr, and returns what it prints on
// stdout.
std::string run_well(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

// Runs nst-run and checks that it fails with `exit_code`, prints nothing on stdout and one line
// "nst-run: ..." on stderr. Returns that line.
std::string run_badly(int exit_code, const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

}  // namespace nst::test
