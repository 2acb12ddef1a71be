// The functions that write a program's documents: the man page and the shell completions.
#pragma once

#include <string>

#include "apps/nst_docs/command_text.hpp"

namespace nst::docs {

// Returns a man page of section 1 (user commands), written in roff's man macros. SEE ALSO names the
// program `other`. `date` is the page's date, such as "2026-11-28".
std::string man_page(const CommandText& program, const std::string& other, const std::string& date);

// Return the scripts with which bash, zsh and fish complete the program's command line.
std::string bash_completion(const CommandText& program);
std::string zsh_completion(const CommandText& program);
std::string fish_completion(const CommandText& program);

}  // namespace nst::docs
