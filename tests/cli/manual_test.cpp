// Tests that man pages, completions and README name the options that the built programs have.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "cli/process.hpp"

using nst::test::contains;
using nst::test::ProcessOptions;
using nst::test::run_well;

namespace {

using Names = std::set<std::string>;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Names matches(const std::string& text, const std::string& expression) {
  const std::regex regex(expression);
  Names names;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) {
    names.insert((*it)[1]);
  }
  return names;
}

// One of the two programs, and the commands that its --help lists.
struct Program {
  std::string name, path;
  std::vector<std::string> commands;  // "" stands for the program without a command

  std::string help(const std::string& command) const {
    std::vector<std::string> arguments{"--help"};
    if (!command.empty()) arguments.insert(arguments.begin(), command);
    return run_well(arguments, {.program = path});
  }
  // Returns the options of a command, such as "-s" and "--style". Takes them from the lines of
  // --help that begin with an option.
  Names options(const std::string& command) const {
    Names names;
    std::istringstream lines(help(command));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("  -")) continue;
      const std::string declared = line.substr(2, line.find(' ', 2) - 2);
      names.merge(matches(declared, "(--?[a-z0-9][a-z0-9-]*)"));
    }
    REQUIRE(names.count("--help") == 1);
    return names;
  }
  std::string document(const std::string& kind, const std::string& file) const {
    return text_of(NST_MANUAL_FOLDER "/" + kind + "/" + file);
  }
  // Returns the name of the shell function that completes the command, such as "_nst_run_encode".
  std::string function(const std::string& command) const {
    std::string text = std::string(1, '_') + name;
    if (!command.empty()) text.append(1, '_').append(command);
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
  }
};

std::vector<Program> programs() {
  Program run{"nst-run", NST_RUN_PROGRAM, {""}};
  Program weights{"nst-weights", NST_WEIGHTS_COMMAND, {""}};
  const std::string list = run.help("");
  std::smatch found;
  REQUIRE(std::regex_search(list, found, std::regex("Commands: ([a-z, ]+) \\(")));
  for (const std::string& name : matches(found[1], "([a-z]+)")) run.commands.push_back(name);
  const std::string help = weights.help("");
  for (const std::string& name : matches(help.substr(help.find("Subcommands:")), "\n  ([a-z]+) ")) {
    weights.commands.push_back(name);
  }
  REQUIRE(run.commands.size() >= 6);
  REQUIRE(weights.commands.size() >= 4);
  return {run, weights};
}

// Returns the part of `text` that starts with `begin` and ends before the next `end`.
std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE_MESSAGE(from != std::string::npos, begin);
  return text.substr(from, text.find(end, from + begin.size()) - from);
}

// Returns the options that the man page describes for a command. Takes them from the first lines of
// its paragraphs.
Names in_man_page(const Program& program, const std::string& command) {
  std::string page = program.document("man", program.name + ".1");
  page = std::regex_replace(page, std::regex("\\\\-"), "-");
  page = command.empty() ? part(page, ".SH OPTIONS", "\n.SH")
                         : part(part(page, ".SH COMMANDS", "\n.SH"),
                                ".SS " + program.name + " " + command + "\n", "\n.SS");
  Names names;
  std::istringstream lines(page);
  for (std::string line, last; std::getline(lines, line); last = line) {
    if (last == ".TP") names.merge(matches(line, "\\\\fB(-[^\\\\]*)\\\\fR"));
  }
  return names;
}

Names in_bash(const Program& program, const std::string& command) {
  const std::string script = program.document("bash", program.name);
  return matches(part(script, "        '" + command + "') choices='", "\n"), "(--?[a-z0-9-]+)");
}

Names in_zsh(const Program& program, const std::string& command) {
  const std::string script = program.document("zsh", "_" + program.name);
  const std::string function = part(script, program.function(command) + "() {\n", "\n}");
  return matches(function, "'(?:\\*|\\([^)]*\\))(--?[a-z0-9-]*[a-z0-9])[=+-]*\\[");
}

Names in_fish(const Program& program, const std::string& command) {
  std::istringstream lines(program.document("fish", program.name + ".fish"));
  Names names;
  const std::string condition = "_is \\'" + command + "\\''";
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(condition);
    if (at == std::string::npos) continue;
    const std::string options = line.substr(at, line.find(" -d ") - at);
    for (const std::string& name : matches(options, " -s (\\S)"))
      names.insert(std::string(1, '-') + name);
    for (const std::string& name : matches(options, " -l (\\S+)"))
      names.insert(std::string(2, '-') + name);
  }
  return names;
}

std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

}  // namespace

TEST_CASE("man pages and completions have every option of every command, and no others") {
  for (const Program& program : programs()) {
    for (const std::string& command : program.commands) {
      CAPTURE(program.name);
      CAPTURE(command);
      const std::string options = listed(program.options(command));
      CHECK(listed(in_man_page(program, command)) == options);
      CHECK(listed(in_bash(program, command)) == options);
      CHECK(listed(in_zsh(program, command)) == options);
      CHECK(listed(in_fish(program, command)) == options);
    }
  }
}

TEST_CASE("completions know commands, values and the library's own styles") {
  for (const Program& program : programs()) {
    for (const std::string& command : program.commands) {
      if (command.empty()) continue;
      CHECK(contains(program.document("zsh", "_" + program.name), "    '" + command + ":"));
      CHECK(contains(program.document("fish", program.name + ".fish"), "-a " + command + " -d"));
    }
  }
  const Program run{"nst-run", NST_RUN_PROGRAM, {}};
  const std::string styles = run_well({"styles"});
  for (const std::string& file : {std::string("bash/nst-run"), std::string("zsh/_nst-run"),
                                  std::string("fish/nst-run.fish")}) {
    CAPTURE(file);
    const std::string script = text_of(NST_MANUAL_FOLDER "/" + file);
    for (const std::string& name : matches(styles, "(@[a-z]+)")) CHECK(contains(script, name));
    for (const char* values : {"png jpg jpeg tif tiff webp ppm npy", "safe all none", "444 422 420",
                               "auto off", "smooth tf tf1", "tfhub", "predictor transformer"}) {
      CHECK_MESSAGE(contains(script, values), values);
    }
  }
}

TEST_CASE("README names no option that the programs do not have") {
  Names known;
  for (const Program& program : programs()) {
    for (const std::string& command : program.commands) known.merge(program.options(command));
  }
  const std::string readme = text_of(NST_SOURCE_FOLDER "/README.md");
  const std::string ours = part(readme, "\n## nst-run", "\n## In your program");
  const Names named = matches(ours, "[ `/(|](--[a-z][a-z-]*[a-z])");
  CHECK(named.size() > 20);
  for (const std::string& option : named) CHECK_MESSAGE(known.count(option) == 1, option);
}
