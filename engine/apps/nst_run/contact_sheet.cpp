#include "contact_sheet.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(NST_HAVE_EASY_FONT)
// A font that consists of line segments. stb_easy_font_print stores each segment as a quadrilateral
// of four corners {x, y, z, colour}.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_easy_font.h>
#pragma GCC diagnostic pop
#endif

namespace nst::run {
namespace {

// Pixels of the sheet per unit of the font: the labels are drawn at twice the size of the font.
constexpr int kScale = 2;
constexpr int kMargin = 12;
constexpr int kLabelHeight = 14 * kScale;

std::uint8_t* pixel(Image& image, int x, int y) {
  return image.u8() + 3 * (std::ptrdiff_t{image.width} * y + x);
}

#if defined(NST_HAVE_EASY_FONT)

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // skips the second and later bytes of a UTF-8 character
    out.push_back(byte >= 32 && byte < 127 ? c : '?');
  }
  return out;
}

// Returns the text, cut at its end so that it is at most `width` font units wide.
std::string cut(std::string text, int width) {
  const auto is_wide = [width](std::string t) { return stb_easy_font_width(t.data()) > width; };
  if (!is_wide(text)) return text;
  while (!text.empty() && is_wide(text + "...")) text.pop_back();
  return text + "...";
}

void write_label(Image& sheet, int left, int top, int width, const std::string& label) {
  struct Corner {
    float x, y, z;
    unsigned char colour[4];
  };
  std::string text = cut(printable(label), width / kScale);
  std::vector<Corner> corners(300 * (text.size() + 1));
  const int quads = stb_easy_font_print(0, 0, text.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(Corner)));
  const int text_width = kScale * stb_easy_font_width(text.data());
  left += (width - text_width) / 2;
  for (int i = 0; i < quads; ++i) {
    const Corner& first = corners[static_cast<std::size_t>(4 * i)];
    const Corner& last = corners[static_cast<std::size_t>(4 * i + 2)];
    for (int y = static_cast<int>(first.y) * kScale; y < static_cast<int>(last.y) * kScale; ++y) {
      const int from = std::max(left + static_cast<int>(first.x) * kScale, 0);
      const int to = std::min(left + static_cast<int>(last.x) * kScale, sheet.width);
      if (top + y >= sheet.height || from >= to) continue;
      std::fill_n(pixel(sheet, from, top + y), 3 * (to - from), std::uint8_t{40});
    }
  }
}

#else

void write_label(Image&, int, int, int, const std::string&) {}

#endif

}  // namespace

bool sheet_has_labels() {
#if defined(NST_HAVE_EASY_FONT)
  return true;
#else
  return false;
#endif
}

Image contact_sheet(const std::vector<SheetCell>& cells, int columns) {
  int width = 0, height = 0;
  for (const SheetCell& cell : cells) {
    width = std::max(width, cell.picture.width);
    height = std::max(height, cell.picture.height);
  }
  const int count = static_cast<int>(cells.size());
  columns = std::clamp(columns, 1, std::max(count, 1));
  const int rows = (count + columns - 1) / columns;
  const int step_x = width + kMargin;
  const int step_y = height + kMargin + kLabelHeight;
  Image sheet(kMargin + columns * step_x, kMargin + rows * step_y, 3, SampleType::u8);
  std::fill(sheet.bytes.begin(), sheet.bytes.end(), std::uint8_t{255});
  for (int i = 0; i < count; ++i) {
    const SheetCell& cell = cells[static_cast<std::size_t>(i)];
    const int left = kMargin + i % columns * step_x;
    const int top = kMargin + i / columns * step_y;
    const int x = left + (width - cell.picture.width) / 2;
    const int y = top + (height - cell.picture.height) / 2;
    const std::size_t row = std::size_t{3} * static_cast<std::size_t>(cell.picture.width);
    for (int line = 0; line < cell.picture.height; ++line) {
      std::memcpy(pixel(sheet, x, y + line),
                  cell.picture.u8() + row * static_cast<std::size_t>(line), row);
    }
    write_label(sheet, left, top + height + 6, width, cell.label);
  }
  return sheet;
}

}  // namespace nst::run
