// The functions that write a program's documents: the man page and the shell completions.
#pragma once

#include <string>

#include "apps/nst_docs/command_text.hpp"

namespace nst::docs {

// Returns the man page of section 1, in roff's man macros. `other` is the program to see also,
// `date` the page's date ("2026-11-28").
std::string man_page(const CommandText& program, const std::string& other, const std::string& date);

// Return the scripts with which bash, zsh and fish complete the program's command line.
std::string bash_completion(const CommandText& program);
std::string zsh_completion(const CommandText& program);
std::string fish_completion(const CommandText& program);

}  // namespace nst::docs
