// The texts about a command that appear in the man pages and completions. They come from the
// command's CLI11 declaration.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nst::docs {

// Kind of an option's value, which decides how a shell completes it.
enum class ValueKind {
  none,  // the option has no value
  text,  // any text
  // One of OptionText::choices; any other text too, if the type name has a placeholder
  // (auto|off|N).
  choices,
  file,  // the name of a file or folder
  style  // a file name, or "@" followed by the name of one of the library's own styles
};

struct OptionText {
  std::vector<std::string> names;  // short names first, such as "-s", "--style"
  ValueKind kind = ValueKind::none;
  // What --help shows as the option's value: a name, such as "STYLE", or the choices, such as
  // "png|jpg". "": the option has no value.
  std::string value;
  std::vector<std::string> choices;
  bool value_is_optional = false;  // true: the value may be left out, as in --keep-color[=luma]
  bool is_required = false;
  bool is_repeatable = false;
  std::string group;        // heading above the option in --help
  std::string description;  // one sentence, without a full stop
  std::string environment;  // environment variable that sets the option; "": none
};

// A positional argument. All of them are names of files or folders.
struct ArgumentText {
  std::string name;
  std::string description;
  bool is_required = false;
  bool is_repeatable = false;
};

struct CommandText {
  std::string program;  // name of the program, such as "nst-run"
  std::string name;     // name of the command, such as "encode"; "": the program itself
  std::string summary;  // what the command does, without subject: "saves the style of a painting"
  // Blocks of the description and of the footer, without the blank lines between them. A block
  // whose lines are indented is an example.
  std::vector<std::string> description, footer;
  std::vector<ArgumentText> arguments;
  std::vector<OptionText> options;
  std::vector<CommandText> commands;

  // Returns the names of program and command, such as "nst-run encode".
  std::string full_name() const { return name.empty() ? program : program + " " + name; }
};

// Returns the text of a command that CLI11 declares, and the texts of its subcommands. `name` is ""
// for the program itself.
CommandText text_of(const CLI::App& app, const std::string& program, const std::string& name);

// Return the texts of the two programs with all their commands.
CommandText nst_run_text();
CommandText nst_weights_text();

// Returns `text` with its first letter in lower case, for use inside a sentence. A text that begins
// with an abbreviation is not changed.
std::string as_clause(std::string text);
// Returns the parts joined by `separator`.
std::string joined(const std::vector<std::string>& parts, const std::string& separator);
// Returns `text` with every `from` replaced by `to`.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace nst::docs
