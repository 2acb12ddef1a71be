// Man pages, in the macros of man(7).
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "apps/nst_docs/documents.hpp"
#include "nst/version.h"

namespace nst::docs {
namespace {

// Returns the text with roff's special characters escaped. "-" becomes "\-", because roff prints a
// plain one as a hyphen that cannot be copied into a shell. A line that begins with "." or an
// apostrophe would be a roff command, so "\&" is put before it.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool starts_line = out.empty() || out.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string in_capitals(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// Returns the text that shows an option's value after its name: " FILE", "[=matched|luma]" or "".
std::string value_text(const OptionText& option) {
  if (option.kind == ValueKind::none) return "";
  if (option.value_is_optional) return "[=" + italic(option.value) + "]";
  return " " + italic(option.value);
}

std::string synopsis(const CommandText& command) {
  std::string line = bold(command.full_name()) + " [" + italic("options") + "]";
  const bool needs_command = command.arguments.empty() && !command.commands.empty();
  if (needs_command) line += " " + italic("COMMAND");
  for (const ArgumentText& argument : command.arguments) {
    const std::string name = italic(argument.name) + (argument.is_repeatable ? "..." : "");
    line += argument.is_required || argument.is_repeatable ? " " + name : " [" + name + "]";
  }
  for (const OptionText& option : command.options) {
    if (!option.is_required) continue;
    line += " " + bold(option.names.front()) + value_text(option);
    if (option.is_repeatable) line += "...";
  }
  return line;
}

// Returns the text in lines of at most 80 columns, broken at blanks. The man page program joins
// them and breaks them anew.
std::string filled(const std::string& text) {
  constexpr std::size_t kColumns = 80;
  std::istringstream words(text);
  std::string lines, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && escaped(line + " " + word).size() > kColumns) {
      lines += escaped(line) + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + escaped(line) + "\n";
}

// Returns a block of the description (CommandText::description) as roff text. The lines of an
// indented block are kept as they are; other blocks may be broken anew.
std::string block_text(const std::string& block) {
  if (!block.starts_with(' ')) return filled(block);
  std::string text = ".nf\n";
  std::istringstream lines(block);
  for (std::string line; std::getline(lines, line);) {
    text += escaped(line.substr(line.find_first_not_of(' '))) + "\n";
  }
  return text + ".fi\n";
}

std::string option_text(const OptionText& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string text = ".TP\n" + joined(names, ", ") + value_text(option) + "\n";
  text += filled(option.description + ".");
  if (option.is_repeatable) text += "May be given several times.\n";
  return text;
}

// Returns the roff text of the command's options. They are grouped under the headings of --help, in
// the same order.
std::string options_text(const CommandText& command, bool has_headings) {
  std::vector<std::string> groups;
  for (const OptionText& option : command.options) {
    bool is_new = true;
    for (const std::string& group : groups) is_new = is_new && group != option.group;
    if (is_new) groups.push_back(option.group);
  }
  std::string text;
  for (const std::string& group : groups) {
    if (has_headings && group != groups.front()) text += ".SS " + escaped(group) + "\n";
    for (const OptionText& option : command.options) {
      if (option.group == group) text += option_text(option);
    }
  }
  return text;
}

std::string arguments_text(const CommandText& command) {
  std::string text;
  for (const ArgumentText& argument : command.arguments) {
    text += ".TP\n" + italic(argument.name) + "\n" + filled(argument.description + ".");
  }
  return text;
}

// Returns the text that follows `heading` in the first block that begins with it. Returns "" if no
// block does.
std::string block_after(const std::vector<std::string>& blocks, const std::string& heading) {
  for (const std::string& block : blocks) {
    if (block.starts_with(heading)) return block.substr(heading.size());
  }
  return "";
}

std::string paragraphs(const std::vector<std::string>& blocks) {
  std::string text;
  for (const std::string& block : blocks) text += (text.empty() ? "" : ".PP\n") + block_text(block);
  return text;
}

// Returns the description without its examples and its exit codes, which have sections of their
// own.
std::string description_text(const CommandText& command) {
  std::vector<std::string> blocks;
  for (const std::string& block : command.description) {
    const bool has_section =
        block.starts_with(' ') || block.starts_with("Example") || block.starts_with("Exit codes: ");
    if (!has_section) blocks.push_back(block);
  }
  return paragraphs(blocks);
}

std::string examples_text(const CommandText& command) {
  std::vector<std::string> blocks;
  for (const std::string& block : command.description) {
    if (block.starts_with(' ')) blocks.push_back(block);
  }
  return paragraphs(blocks);
}

std::string environment_text(const CommandText& program) {
  std::string text;
  for (const OptionText& option : program.options) {
    if (option.environment.empty()) continue;
    text += ".TP\n" + bold(option.environment) + "\nStands for " + bold(option.names.back()) +
            ", which comes first.\n";
  }
  return text.empty() ? "" : ".SH ENVIRONMENT\n" + text;
}

std::string command_text(const CommandText& command) {
  const std::string examples = examples_text(command);
  return ".SS " + escaped(command.full_name()) + "\n" + synopsis(command) + "\n.PP\n" +
         description_text(command) + arguments_text(command) + options_text(command, false) +
         (examples.empty() ? "" : ".PP\nExamples:\n" + examples);
}

}  // namespace

std::string man_page(const CommandText& program, const std::string& other,
                     const std::string& date) {
  std::string page = ".\\\" Written by nst-docs from the declaration of the options.\n";
  page += ".TH " + in_capitals(escaped(program.program)) + " 1 \"" + date + "\" \"NST " +
          NST_VERSION_STRING + "\" \"User Commands\"\n";
  page += ".SH NAME\n" + filled(program.program + " - " + program.summary);
  page += ".SH SYNOPSIS\n" + synopsis(program) + "\n";
  for (const CommandText& command : program.commands) page += ".br\n" + synopsis(command) + "\n";
  page += ".SH DESCRIPTION\n" + description_text(program) + arguments_text(program);
  page += ".SH EXAMPLES\n" + examples_text(program);
  page += ".SH OPTIONS\n" + options_text(program, true);
  page += ".SH COMMANDS\n";
  for (const CommandText& command : program.commands) page += command_text(command);
  page += ".SH EXIT STATUS\n" + filled(block_after(program.description, "Exit codes: "));
  page += environment_text(program);
  if (!program.footer.empty()) page += ".SH NOTES\n" + paragraphs(program.footer);
  page += ".SH SEE ALSO\n.BR " + escaped(other) + " (1)\n";
  return page;
}

}  // namespace nst::docs
