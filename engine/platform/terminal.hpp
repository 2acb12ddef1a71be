// Properties of the terminal to which standard error may be connected.
#pragma once

namespace nst {

// Returns true if standard error is a terminal that can move its cursor. A terminal of type "dumb"
// can only append text.
bool standard_error_is_terminal();

// Returns the number of columns of the terminal on standard error; 80 if it is unknown.
int terminal_columns();

}  // namespace nst
