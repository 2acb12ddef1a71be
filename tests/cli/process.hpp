// Runs nst-run in a child process and keeps what the program prints.
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
  std::string folder = {};     // the working folder; empty: the test's own folder
  std::string input = {};      // the file on standard input; empty: the test's own input
  double interrupt_after = 0;  // seconds before `signal` is sent; 0 = `signal` is never sent
  int signal = SIGINT;
};

// Runs nst-run and returns its exit code and output. NST_MODEL and NST_ISA of the test's
// environment are not passed on.
ProcessResult run_nst(const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

// Runs nst-run, checks for success and for nothing on stderr, and returns what is on stdout.
std::string run_well(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

// Runs nst-run, checks for `exit_code`, one line "nst-run: ..." on stderr and nothing on stdout,
// and returns the line.
std::string run_badly(int exit_code, const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});

}  // namespace nst::test
