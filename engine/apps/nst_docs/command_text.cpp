#include "apps/nst_docs/command_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <sstream>

#include "apps/nst_run/commands.hpp"
#include "apps/nst_weights/command_line.hpp"

namespace nst::docs {
namespace {

// Returns the blocks of a text. A block ends at a blank line, and where indented lines begin or
// end. So a heading such as "Examples:" is one block, and the indented lines below it are another.
std::vector<std::string> blocks_of(const std::string& text) {
  std::vector<std::string> blocks(1);
  std::istringstream lines(text);
  bool was_indented = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_indented = line.starts_with(' ');
    if (line.empty() || is_indented != was_indented) blocks.emplace_back();
    was_indented = is_indented;
    if (!line.empty()) blocks.back() += line + "\n";
  }
  std::erase(blocks, "");
  return blocks;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// Sets the kind, name and choices of an option's value from the type name that CLI11 shows.
// Examples of type names: "FILE", "KIND:{png,jpg}", "N:INT in [0 - 1024]", "auto|off|N", and
// ":{matched,luma}" of a flag.
void set_value(OptionText& option, const CLI::Option& declared) {
  const std::string type = declared.get_type_name();
  const bool is_flag = declared.get_items_expected_max() == 0;
  const std::size_t begin = type.find('{'), end = type.rfind('}');
  option.value = type.substr(0, type.find(':'));
  if (begin != std::string::npos && end != std::string::npos) {
    option.choices = split(type.substr(begin + 1, end - begin - 1), ',');
    option.kind = ValueKind::choices;
    option.value = joined(option.choices, "|");
    option.value_is_optional = is_flag;
  } else if (is_flag) {
    option.kind = ValueKind::none;
    option.value = "";
  } else if (option.value.find('|') != std::string::npos) {
    option.choices = split(option.value, '|');
    // A choice in capitals, such as N of "auto|off|N", is a placeholder and not to be completed.
    std::erase_if(option.choices, [](const std::string& choice) {
      return std::isupper(static_cast<unsigned char>(choice.front())) != 0;
    });
    option.kind = ValueKind::choices;
  } else if (option.value == "STYLE") {
    option.kind = ValueKind::style;
  } else if (option.value == "FILE" || option.value == "OUT") {
    option.kind = ValueKind::file;
  } else {
    option.kind = ValueKind::text;
  }
}

bool is_repeatable(const CLI::Option& declared) {
  return declared.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
}

OptionText option_text(const CLI::Option& declared) {
  OptionText option;
  for (const std::string& name : declared.get_snames()) option.names.push_back("-" + name);
  for (const std::string& name : declared.get_lnames()) option.names.push_back("--" + name);
  set_value(option, declared);
  option.is_required = declared.get_required();
  option.is_repeatable = is_repeatable(declared);
  option.group = declared.get_group();
  option.description = declared.get_description();
  option.environment = declared.get_envname();
  return option;
}

// Returns what the command does. That is the description up to its first full stop, colon or
// semicolon.
std::string summary_of(const CommandText& command) {
  std::string text = command.description.empty() ? "" : command.description.front();
  if (text.starts_with(command.full_name() + " ")) {
    text.erase(0, command.full_name().size() + 1);
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return as_clause(text.substr(0, std::min({text.find(". "), text.find(": "), text.find("; "),
                                            text.find_last_not_of(". ") + 1})));
}

}  // namespace

std::string as_clause(std::string text) {
  const bool is_word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (is_word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

CommandText text_of(const CLI::App& app, const std::string& program, const std::string& name) {
  CommandText command{
      program, name, {}, blocks_of(app.get_description()), blocks_of(app.get_footer()), {}, {}, {}};
  command.summary = summary_of(command);
  for (const CLI::Option* declared : app.get_options()) {
    if (declared->nonpositional()) {
      command.options.push_back(option_text(*declared));
    } else {
      command.arguments.push_back({declared->get_name(), declared->get_description(),
                                   declared->get_required(), is_repeatable(*declared)});
    }
  }
  for (const CLI::App* subcommand : app.get_subcommands({})) {
    command.commands.push_back(text_of(*subcommand, program, subcommand->get_name()));
  }
  return command;
}

CommandText nst_run_text() {
  CommandText program = text_of(run::make_paint_command()->app, "nst-run", "");
  for (const run::NamedCommand& command : run::kCommands) {
    program.commands.push_back(text_of(command.make()->app, "nst-run", command.name));
  }
  return program;
}

CommandText nst_weights_text() {
  const weights::CommandLine line;
  return text_of(line.app, "nst-weights", "");
}

}  // namespace nst::docs
