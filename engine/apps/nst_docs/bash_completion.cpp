// Completions for bash. They work with the package bash-completion, which loads the script, and
// also without it.
#include <string>
#include <vector>

#include "apps/nst_docs/documents.hpp"
#include "nst/style.hpp"

namespace nst::docs {
namespace {

std::string style_names() {
  std::vector<std::string> names;
  for (const NamedStyle& style : named_styles()) names.push_back("@" + style.name);
  return joined(names, " ");
}

// Returns the patterns for a branch of bash's `case` that handles an option. Each consists of the
// command's name and the option: "encode --depth". Without a command, the name is empty:
// " --depth".
std::string case_patterns(const CommandText& command, const OptionText& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names)
    patterns.push_back("'" + command.name + " " + name + "'");
  return joined(patterns, " | ");
}

// Returns the branches of bash's `case` that say how the value of each option of a command is
// completed.
std::string value_cases(const CommandText& command) {
  std::string text;
  for (const OptionText& option : command.options) {
    std::string action;
    switch (option.kind) {
      case ValueKind::none:
        continue;
      case ValueKind::file:
        action = "kind=file";
        break;
      case ValueKind::style:
        action = "kind=style";
        break;
      case ValueKind::text:
        action = "kind=text";
        break;
      case ValueKind::choices:
        action = "kind=text choices='" + joined(option.choices, " ") + "'";
        // If the option's value is optional, it must be joined to the option by "=". The next word
        // of the line is not the value, so the choices do not complete it.
        if (option.value_is_optional) action = "[[ $is_joined ]] && " + action;
        break;
    }
    text += "    " + case_patterns(command, option) + ") " + action + " ;;\n";
  }
  return text;
}

std::string option_case(const CommandText& command) {
  std::vector<std::string> names;
  for (const OptionText& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return "        '" + command.name + "') choices='" + joined(names, " ") + "' ;;\n";
}

constexpr const char* kScript =
    R"(# Completion of @PROGRAM@ for bash, written by nst-docs from the declaration of its options.
@FUNCTION@() {
  local line=${COMP_LINE:0:COMP_POINT} command='' kind=any choices='' is_joined='' skip='' mark
  local word=${line##*[[:space:]]} words
  read -ra words <<<"${line%"$word"}"
  local option=${words[${#words[@]} - 1]}
  case ${words[1]-} in @COMMANDS@) command=${words[1]} ;; esac
  COMPREPLY=()

  # The shell replaces only what follows the last of these marks in the word.
  for mark in = : @; do
    if [[ $COMP_WORDBREAKS == *"$mark"* && $word == *"$mark"* ]]; then
      local upto=${word%"${word##*"$mark"}"}
      ((${#upto} > ${#skip})) && skip=$upto
    fi
  done
  local front=''
  if [[ $word == --*=* ]]; then
    is_joined=yes option=${word%%=*} front=${word%%=*}= word=${word#*=}
  fi

  case "$command $option" in
@VALUES@  esac
  if [[ $kind == any ]]; then
    if [[ $word == -* ]]; then
      kind=text
      case $command in
@OPTIONS@      esac
    elif ((${#words[@]} == 1)); then
      @FIRST@
    fi
  fi
  if [[ $kind == style && ($word == @* || -z $word) ]]; then
    choices='@STYLES@'
  fi

  if [[ -n $choices ]]; then
    local reply
    mapfile -t reply < <(compgen -P "$front" -W "$choices" -- "$word")
    COMPREPLY=("${reply[@]#"$skip"}")
  fi
  if [[ $kind == text ]]; then
    compopt +o default
  elif ((${#COMPREPLY[@]} > 0)) && [[ -z $front$skip && $word != @* ]]; then
    # Names of files beside the words. Without words, readline completes files by itself.
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames
  fi
} 2>/dev/null  # compopt complains when a completion is not in progress
complete -o default -F @FUNCTION@ @PROGRAM@
)";

}  // namespace

std::string bash_completion(const CommandText& program) {
  std::string values = value_cases(program), options = option_case(program);
  std::vector<std::string> names;
  for (const CommandText& command : program.commands) {
    names.push_back(command.name);
    values += value_cases(command);
    options += option_case(command);
  }
  // The first word is a command's name or, if the program takes arguments itself, a content. A
  // content is a file, so names of files are then completed, too.
  const std::string first =
      "choices='" + joined(names, " ") + "'" + (program.arguments.empty() ? " kind=text" : "");
  std::string script = replaced(kScript, "@PROGRAM@", program.program);
  script = replaced(script, "@FUNCTION@", "_" + replaced(program.program, "-", "_"));
  script = replaced(script, "@COMMANDS@", joined(names, " | "));
  script = replaced(script, "@FIRST@", first);
  script = replaced(script, "@VALUES@", values);
  script = replaced(script, "@OPTIONS@", options);
  return replaced(script, "@STYLES@", style_names());
}

}  // namespace nst::docs
