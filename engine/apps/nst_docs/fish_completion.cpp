// Writes the completion script for the fish shell.
#include <string>
#include <vector>

#include "apps/nst_docs/documents.hpp"
#include "nst/style.hpp"

namespace nst::docs {
namespace {

// Returns the text quoted for fish, so that the shell reads it as one word.
std::string quoted(std::string text) {
  text = replaced(text, "\\", "\\\\");
  return "'" + replaced(text, "'", "\\'") + "'";
}

// Returns the name of the fish function that tests whether the user's command line contains a given
// command. The script defines this function.
std::string test_function(const CommandText& command) {
  return "__" + replaced(command.program, "-", "_") + "_is";
}

// Returns the name of the function that prints the library's own styles with their descriptions.
std::string styles_function(const std::string& program) {
  return "__" + replaced(program, "-", "_") + "_styles";
}

// Returns the words that an option's value can be, or the call of a function that prints them.
std::string value_words(const CommandText& command, const OptionText& option) {
  if (option.kind == ValueKind::style) return "(" + styles_function(command.program) + ")";
  return joined(option.choices, " ");
}

std::string option_line(const CommandText& command, const OptionText& option) {
  std::string text = "complete -c " + command.program + " -n " +
                     quoted(test_function(command) + " '" + command.name + "'");
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  const bool names_files = option.kind == ValueKind::file || option.kind == ValueKind::style;
  if (option.kind != ValueKind::none && !option.value_is_optional) {
    text += names_files ? " -r -F" : " -x";
  }
  const std::string words = value_words(command, option);
  if (!words.empty() && !option.value_is_optional) text += " -a " + quoted(words);
  return text + " -d " + quoted(option.description) + "\n";
}

}  // namespace

std::string fish_completion(const CommandText& program) {
  const std::string test = test_function(program);
  std::string names, text;
  for (const CommandText& command : program.commands) {
    names += " " + command.name;
    text += "complete -c " + program.program + " -n 'test (count (commandline -opc)) -eq 1' -a " +
            command.name + " -d " + quoted(command.summary) + "\n";
  }
  for (const OptionText& option : program.options) text += option_line(program, option);
  for (const CommandText& command : program.commands) {
    for (const OptionText& option : command.options) text += option_line(command, option);
  }
  std::string styles;
  for (const NamedStyle& style : named_styles()) {
    styles += " " + quoted("@" + style.name + "\t" + style.description);
  }
  return "# Completion for fish, written by nst-docs from the declaration of the options.\n\n"
         "# Whether the command line has this command; '' is none.\n"
         "function " +
         test +
         "\n"
         "    set -l words (commandline -opc)\n"
         "    set -l command ''\n"
         "    contains -- \"$words[2]\"" +
         names +
         "; and set command $words[2]\n"
         "    test \"$command\" = \"$argv[1]\"\n"
         "end\n"
         "function " +
         styles_function(program.program) + "\n    printf '%s\\n'" + styles + "\nend\n\n" + text;
}

}  // namespace nst::docs
