// The commands of nst-run.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

namespace nst::run {

// A command: its options, which `app` declares and parses, and its work.
class Command {
 public:
  Command(std::string description, std::string name)
      : app(std::move(description), std::move(name)) {}
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Does the work that the parsed arguments ask for. Returns the program's exit code. A failure is
  // thrown as nst::Error, whose code becomes the exit code.
  virtual int run() = 0;

  CLI::App app;
};

std::unique_ptr<Command> make_paint_command();
std::unique_ptr<Command> make_encode_command();
std::unique_ptr<Command> make_info_command();
std::unique_ptr<Command> make_bench_command();
std::unique_ptr<Command> make_sheet_command();
std::unique_ptr<Command> make_styles_command();

// The commands that the program's first argument can name. Without such a name, nst-run paints.
struct NamedCommand {
  const char* name;
  std::unique_ptr<Command> (*make)();
};
inline constexpr NamedCommand kCommands[] = {
    {"encode", make_encode_command}, {"info", make_info_command},     {"bench", make_bench_command},
    {"sheet", make_sheet_command},   {"styles", make_styles_command},
};

}  // namespace nst::run
