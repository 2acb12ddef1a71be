// Contact sheets: many small pictures with labels in one picture.
#pragma once

#include <string>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// One picture of a contact sheet (u8 RGB) and the text that is written below the picture.
struct SheetCell {
  Image picture;
  std::string label;
};

// Returns a u8 RGB picture of all cells in rows of `columns`, on white. Cells are as large as the
// largest picture; smaller ones are centred. Labels that are wider than a cell are cut. Characters
// beyond ASCII are shown as '?', and builds without stb_easy_font.h leave the labels out.
Image contact_sheet(const std::vector<SheetCell>& cells, int columns);

// Returns true if this build can write labels.
bool sheet_has_labels();

}  // namespace nst::run
