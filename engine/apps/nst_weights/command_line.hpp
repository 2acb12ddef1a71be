// The command line of nst-weights: the declaration of its options, and their values.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/nst_weights/commands.hpp"

namespace nst::weights {

struct CommandLine {
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // Runs the command that the parsed arguments name. Throws nst::Error.
  void run() const;

  CLI::App app;

 private:
  void declare_convert();

  ConvertOptions convert_;
  std::string inspect_source_;
  bool inspect_json_ = false;
  std::string verify_model_;
  CLI::App* convert_command_ = nullptr;
  CLI::App* inspect_command_ = nullptr;
  CLI::App* verify_command_ = nullptr;
};

}  // namespace nst::weights
