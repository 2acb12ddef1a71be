// The terminal that standard error may be.
#pragma once

namespace nst {

// Returns true if standard error is a terminal that can move its cursor. A "dumb" terminal can only
// append.
bool standard_error_is_terminal();

// Returns the columns of the terminal on standard error; 80 if unknown.
int terminal_columns();

}  // namespace nst
