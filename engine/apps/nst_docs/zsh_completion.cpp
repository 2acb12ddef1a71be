// Makes the completion script for zsh, which calls zsh's function _arguments.
#include <string>
#include <vector>

#include "apps/nst_docs/documents.hpp"
#include "nst/style.hpp"

namespace nst::docs {
namespace {

// Returns the text quoted for zsh, so that the shell reads it as one word.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

// Returns the text with brackets, colons and backslashes escaped, which have a meaning for
// _arguments.
std::string escaped(std::string text) {
  for (const char* mark : {"\\", "[", "]", ":"})
    text = replaced(text, mark, std::string("\\") + mark);
  return text;
}

// Returns the name of the zsh function that completes a command: "_nst_run_encode".
std::string function_name(const CommandText& command) {
  return "_" + replaced(replaced(command.full_name(), "-", "_"), " ", "_");
}

// Returns the part of a zsh option specification that completes the value, such as ":FILE:_files".
std::string value_action(const OptionText& option) {
  const std::string message = ":" + escaped(option.value);
  const std::string start = option.value_is_optional ? ":" + message : message;
  switch (option.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::text:
      return start + ": ";
    case ValueKind::choices:
      return start + ":(" + joined(option.choices, " ") + ")";
    case ValueKind::file:
      return start + ":_files";
    case ValueKind::style:
      return start + ":_nst_styles";
  }
  return "";
}

// Returns an option's name with the mark by which zsh knows where the value stands:
//
// - "-s+" and "--style=": in the same word or in the next one
// - "--keep-color=-": in the same word only
std::string name_with_mark(const OptionText& option, const std::string& name) {
  if (option.kind == ValueKind::none) return name;
  if (option.value_is_optional) return name + "=-";
  return name + (name.starts_with("--") ? "=" : "+");
}

std::string option_lines(const OptionText& option) {
  std::string text;
  for (const std::string& name : option.names) {
    const std::string before = option.is_repeatable ? "*" : "(" + joined(option.names, " ") + ")";
    text += "    " +
            quoted(before + name_with_mark(option, name) + "[" + escaped(option.description) + "]" +
                   value_action(option)) +
            " \\\n";
  }
  return text;
}

std::string function_text(const CommandText& command) {
  std::string text = function_name(command) + "() {\n  _arguments -s -S \\\n";
  for (const OptionText& option : command.options) text += option_lines(option);
  for (const ArgumentText& argument : command.arguments) {
    const std::string place = argument.is_repeatable ? "*:" : argument.is_required ? ":" : "::";
    text += "    " + quoted(place + argument.name + ":_files") + " \\\n";
  }
  text.erase(text.size() - 3);  // removes " \" and the line end after the last argument
  return text + "\n}\n\n";
}

std::string styles_function() {
  std::string names;
  for (const NamedStyle& style : named_styles()) {
    names += "    " + quoted("@" + style.name + ":" + style.description) + "\n";
  }
  return "_nst_styles() {\n  local result=1\n  local -a styles=(\n" + names +
         "  )\n  _describe style styles && result=0\n  _files && result=0\n"
         "  return result\n}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandText& program) {
  std::string text = "#compdef " + program.program +
                     "\n# Completion for zsh, written by nst-docs from the declaration of the "
                     "options.\n\n";
  text += styles_function() + function_text(program);
  std::string names, cases;
  for (const CommandText& command : program.commands) {
    text += function_text(command);
    names += "    " + quoted(command.name + ":" + command.summary) + "\n";
    cases += "    " + command.name + ") shift words; ((CURRENT--)); " + function_name(command) +
             "; return ;;\n";
  }
  const std::string main = "_" + replaced(program.program, "-", "_") + "_main";
  text += main + "() {\n  local -a commands=(\n" + names + "  )\n" +
          "  if ((CURRENT == 2)); then\n    _describe command commands\n    " +
          function_name(program) + "\n    return\n  fi\n  case $words[2] in\n" + cases +
          "  esac\n  " + function_name(program) + "\n}\n\n";
  return text + main + " \"$@\"\n";
}

}  // namespace nst::docs
