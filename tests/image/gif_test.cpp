// Tests that GIF files of many kinds are read: encoders of thirty years differ in what they write.
#include <cstring>
#include <map>
#include <optional>

#include "image/compose.hpp"

using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

constexpr int kWidth = 13, kHeight = 7;

struct Lzw {
  bool first_clear = true, end = true;
  bool defers = false;                   // true: keeps a full code table, writes no clear code
  std::size_t pixels = ~std::size_t{0};  // pixels to encode at most; leaves the others out

  std::vector<std::uint8_t> operator()(const std::vector<std::uint8_t>& indices,
                                       unsigned bits) const {
    const unsigned clear = 1u << bits;
    FileBytes out;
    std::uint64_t held = 0;
    unsigned have = 0, size = bits + 1, next = clear + 2;
    const auto put = [&](unsigned code) {
      held |= std::uint64_t{code} << have;
      for (have += size; have >= 8; have -= 8, held >>= 8) out.u8(held);
    };
    // Maps (code of a string, next pixel) to the code of the string with that pixel.
    std::map<std::pair<unsigned, unsigned>, unsigned> table;
    if (first_clear) put(clear);
    std::optional<unsigned> string;
    for (std::size_t i = 0; i < std::min(indices.size(), pixels); ++i) {
      const unsigned index = indices[i];
      if (string && table.contains({*string, index})) {
        string = table[{*string, index}];
        continue;
      }
      if (string) {
        put(*string);
        if (next < 4096) {
          table[{*string, index}] = next++;
          if (next > 1u << size && size < 12) ++size;
        }
        if (next == 4096 && !defers) {
          put(clear);
          table.clear();
          size = bits + 1;
          next = clear + 2;
        }
      }
      string = index;
    }
    put(*string);
    if (++next > 1u << size && size < 12) ++size;
    if (end) put(clear + 1);
    if (have > 0) out.u8(held);
    return out.bytes;
  }
};

struct Gif {
  int screen_width = kWidth, screen_height = kHeight, left = 0, top = 0, width = kWidth,
      height = kHeight;
  unsigned bits = 4, background = 5;
  // The palette. file() stores its first 2^bits colours.
  std::vector<std::uint8_t> colours = random_colours();
  bool own_colours = false, interlaced = false;
  std::optional<unsigned> transparent = {};
  std::string before = {}, after = ";";
  Lzw lzw = {};
  std::size_t block = 255;

  std::vector<std::uint8_t> file(const std::vector<std::uint8_t>& indices) const {
    const std::vector<std::uint8_t> table(colours.begin(), colours.begin() + (3 << bits));
    FileBytes out;
    out.text("GIF89a").u16(static_cast<unsigned>(screen_width));
    out.u16(static_cast<unsigned>(screen_height)).u8(own_colours ? 0x70 : 0xf0 | (bits - 1));
    out.u8(background).u8(0);
    if (!own_colours) out.add(table);
    out.text(before);
    if (transparent) out.u8('!').u8(0xf9).u8(4).u8(1).u16(0).u8(*transparent).u8(0);
    out.u8(',').u16(static_cast<unsigned>(left)).u16(static_cast<unsigned>(top));
    out.u16(static_cast<unsigned>(width)).u16(static_cast<unsigned>(height));
    out.u8((interlaced ? 0x40 : 0) | (own_colours ? 0x80 | (bits - 1) : 0));
    if (own_colours) out.add(table);
    const std::vector<std::uint8_t> data = lzw(stored(indices), bits);
    out.u8(bits);
    for (std::size_t i = 0; i < data.size(); i += block) {
      const std::size_t size = std::min(block, data.size() - i);
      out.u8(size).add({data.begin() + static_cast<std::ptrdiff_t>(i),
                        data.begin() + static_cast<std::ptrdiff_t>(i + size)});
    }
    return out.u8(0).text(after).bytes;
  }

  std::vector<std::uint8_t> stored(const std::vector<std::uint8_t>& indices) const {
    if (!interlaced) return indices;
    std::vector<std::uint8_t> rows;
    constexpr int kPasses[4][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    for (const auto& [first, step] : kPasses) {
      for (int y = first; y < height; y += step) {
        rows.insert(rows.end(), indices.begin() + y * width, indices.begin() + (y + 1) * width);
      }
    }
    return rows;
  }
  std::vector<std::uint8_t> indices() const {
    return random_indices(width * height, (1u << bits) - 1);
  }
  Image picture(const std::vector<std::uint8_t>& indices) const {
    return coloured(width, height, indices, colours);
  }
};

// Returns a screen of width×height transparent pixels, with the picture placed at (left, top). The
// picture's pixels of the index `transparent` are transparent, too.
Image on_screen(const Gif& gif, const std::vector<std::uint8_t>& indices, int width, int height) {
  Image screen(width, height, 4, SampleType::u8);
  const Image picture = gif.picture(indices);
  for (int y = 0; y < gif.height; ++y) {
    for (int x = 0; x < gif.width; ++x) {
      const int i = y * gif.width + x;
      if (gif.transparent == indices[static_cast<std::size_t>(i)]) continue;
      std::uint8_t* out = screen.u8() + 4 * ((gif.top + y) * width + gif.left + x);
      std::memcpy(out, picture.u8() + 3 * i, 3);
      out[3] = 255;
    }
  }
  return screen;
}

}  // namespace

TEST_CASE("GIF: every code size, interlaced or not, with either palette and small blocks") {
  for (unsigned bits = 2; bits <= 8; ++bits) {
    for (const bool interlaced : {false, true}) {
      for (const bool own : {false, true}) {
        CAPTURE(bits);
        Gif gif{.bits = bits, .own_colours = own, .interlaced = interlaced};
        gif.block = own ? 1 : 255;
        check_decodes(gif.file(gif.indices()), gif.picture(gif.indices()));
      }
    }
  }
}

TEST_CASE("GIF: a full table stays until the next clear code, however late that comes") {
  for (const bool defers : {false, true}) {
    for (const unsigned bits : {2u, 8u}) {
      CAPTURE(defers);
      Gif gif{.screen_width = 200, .screen_height = 150, .width = 200, .height = 150};
      gif.bits = bits;
      gif.lzw.defers = defers;
      check_decodes(gif.file(gif.indices()), gif.picture(gif.indices()));
      const std::vector<std::uint8_t> flat(200 * 150);
      check_decodes(gif.file(flat), gif.picture(flat));
    }
  }
}

TEST_CASE("GIF: no first clear code, no end code, no trailer, a code size beyond the palette") {
  Gif gif;
  const auto indices = gif.indices();
  const Image expected = gif.picture(indices);
  gif.lzw.first_clear = gif.lzw.end = false;
  gif.after.clear();
  check_decodes(gif.file(indices), expected);
  gif.after = std::string(";\0junk", 6);
  // A comment block, followed by two zeros that belong to no block.
  gif.before = std::string("!\xfe\x05hello\0\0\0", 11);
  check_decodes(gif.file(indices), expected);
}

TEST_CASE(
    "GIF: what the first frame leaves free is transparent, and so is its transparent colour") {
  Gif gif{.left = 3, .top = 2, .width = 6, .height = 4};
  check_decodes(gif.file(gif.indices()), on_screen(gif, gif.indices(), kWidth, kHeight));
  gif.transparent = 7;
  gif.interlaced = true;
  check_decodes(gif.file(gif.indices()), on_screen(gif, gif.indices(), kWidth, kHeight));
  Gif whole{.transparent = 3};
  check_decodes(whole.file(whole.indices()), on_screen(whole, whole.indices(), kWidth, kHeight));
  whole.transparent = 200;  // no pixel has index 200, so none is transparent
  check_decodes(whole.file(whole.indices()), whole.picture(whole.indices()));
}

TEST_CASE("GIF: the screen grows with a frame that is larger") {
  for (const auto& [width, height] : {std::pair{10, kHeight}, {6, 4}, {0, 0}}) {
    const int columns = width;
    CAPTURE(columns);
    Gif gif{.screen_width = width, .screen_height = height};
    check_decodes(gif.file(gif.indices()), gif.picture(gif.indices()));
  }
  Gif gif{.left = 2, .top = 1};
  check_decodes(gif.file(gif.indices()), on_screen(gif, gif.indices(), kWidth + 2, kHeight + 1));
}

TEST_CASE("GIF: an index beyond the palette is black") {
  Gif gif{.bits = 4};
  std::vector<std::uint8_t> file = gif.file(gif.indices());
  // Shortens the palette from 16 colours to 4. The pixels' indices stay, so some lie beyond the
  // palette.
  file[10] = 0xf1;
  file.erase(file.begin() + 13 + 12, file.begin() + 13 + 48);
  check_decodes(file, coloured(kWidth, kHeight, gif.indices(), gif.colours, 4));
}

TEST_CASE("GIF: pixels that are missing are never guessed") {
  Gif gif;
  gif.lzw.pixels = 40;
  check_refused(gif.file(gif.indices()), "early");
  gif.lzw.end = false;
  check_refused(gif.file(gif.indices()), "early");
  gif.lzw = {};
  const std::vector<std::uint8_t> file = gif.file(gif.indices());
  for (std::size_t size = 6; size + 8 < file.size(); size += 3) {
    CAPTURE(size);
    (void)refusal({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  gif.before = std::string(1, ';');
  check_refused(gif.file(gif.indices()), "no frame");
  Gif colourless;
  std::vector<std::uint8_t> without = colourless.file(colourless.indices());
  without[10] = 0;
  without.erase(without.begin() + 13, without.begin() + 13 + 48);
  check_refused(without, "colours");
}
