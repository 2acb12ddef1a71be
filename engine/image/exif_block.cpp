#include "image/exif_block.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "image/tiff_reader.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// The tags that point to the directories EXIF and GPS (EXIF 2.32, 4.6.3).
constexpr std::uint16_t kPhotoPointer = 0x8769, kGpsPointer = 0x8825;
constexpr std::uint16_t kUserComment = 0x9286;
constexpr std::size_t kMostValue = std::size_t{64} << 10;
constexpr std::size_t kMostValues = std::size_t{1} << 20;
constexpr std::size_t kEntryBytes = 12;

enum Type : std::uint16_t { kShort = 3, kLong = 4, kRational = 5 };

struct TypeSize {
  unsigned number;     // bytes of a number, which are reversed to change its byte order
  unsigned per_count;  // numbers in a value: 2 for a fraction (RATIONAL, SRATIONAL), else 1
};

// Returns the sizes of a TIFF type (TIFF 6.0, 2). Returns {0, 0} for an unknown type.
TypeSize size_of(std::uint16_t type) {
  constexpr TypeSize kSizes[13] = {{0, 0}, {1, 1}, {1, 1}, {2, 1}, {4, 1}, {4, 2}, {1, 1},
                                   {1, 1}, {2, 1}, {4, 1}, {4, 2}, {4, 1}, {8, 1}};
  return type < 13 ? kSizes[type] : kSizes[0];
}

void swap_numbers(std::vector<std::uint8_t>& value, std::size_t begin, std::size_t number) {
  for (std::size_t i = begin; i + number <= value.size(); i += number) {
    std::reverse(value.begin() + static_cast<std::ptrdiff_t>(i),
                 value.begin() + static_cast<std::ptrdiff_t>(i + number));
  }
}

// Reads the tags from the directories of an EXIF block.
class Reader {
 public:
  explicit Reader(Bytes block) : tiff_(block) {}

  ExifBlock run() {
    ExifBlock found;
    const std::uint32_t first = tiff_.u32(4);
    found.image = directory(first);
    const auto below = [&](std::uint16_t pointer) {
      const std::uint32_t at = pointed_to(first, pointer);
      return at == 0 ? std::vector<ExifTag>{} : directory(at);
    };
    found.photo = below(kPhotoPointer);
    found.gps = below(kGpsPointer);
    return found;
  }

  std::vector<std::uint8_t> value_of(std::uint16_t wanted, std::size_t most) const {
    const std::uint64_t at = tiff_.u32(4), entries = entries_of(at);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t entry = at + 2 + kEntryBytes * i;
      if (tiff_.u16(entry) != wanted) continue;
      if (std::optional<ExifTag> tag = tag_at(entry, most)) return std::move(tag->value);
    }
    return {};
  }

 private:
  // Returns how many entries of a directory are read: at most those that lie inside the block.
  std::uint64_t entries_of(std::uint64_t at) const {
    // Limits the work for damaged files. Cameras write at most a few hundred entries.
    constexpr std::uint64_t kMostEntries = 1000;
    if (!tiff_.holds(at, 2)) return 0;
    const std::uint64_t stated = std::min<std::uint64_t>(tiff_.u16(at), kMostEntries);
    return std::min(stated, tiff_.bytes_after(at + 2) / kEntryBytes);
  }

  // Returns the offset that a pointer tag of the directory states; 0: there is none.
  std::uint32_t pointed_to(std::uint64_t at, std::uint16_t pointer) const {
    const std::uint64_t entries = entries_of(at);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t entry = at + 2 + kEntryBytes * i;
      if (tiff_.u16(entry) == pointer) return tiff_.u32(entry + 8);
    }
    return 0;
  }

  std::vector<ExifTag> directory(std::uint64_t at) {
    std::vector<ExifTag> tags;
    const std::uint64_t entries = entries_of(at);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t most = std::min<std::uint64_t>(kMostValue, kMostValues - taken_);
      std::optional<ExifTag> tag = tag_at(at + 2 + kEntryBytes * i, most);
      if (!tag) continue;
      taken_ += tag->value.size();
      tags.push_back(std::move(*tag));
    }
    std::stable_sort(tags.begin(), tags.end(),
                     [](const ExifTag& a, const ExifTag& b) { return a.tag < b.tag; });
    const auto repeated =
        std::unique(tags.begin(), tags.end(),
                    [](const ExifTag& a, const ExifTag& b) { return a.tag == b.tag; });
    tags.erase(repeated, tags.end());
    return tags;
  }

  // Returns the tag of an entry, or nothing if its value is unusable, lies outside the block or has
  // more than `most` bytes.
  std::optional<ExifTag> tag_at(std::uint64_t entry, std::uint64_t most) const {
    ExifTag tag{tiff_.u16(entry), tiff_.u16(entry + 2), tiff_.u32(entry + 4), {}};
    const TypeSize type = size_of(tag.type);
    const std::uint64_t bytes = std::uint64_t{tag.count} * type.number * type.per_count;
    const bool is_pointer = tag.tag == kPhotoPointer || tag.tag == kGpsPointer;
    if (bytes == 0 || bytes > most || is_pointer) return std::nullopt;
    const std::uint64_t place = bytes <= 4 ? entry + 8 : tiff_.u32(entry + 8);
    if (!tiff_.holds(place, bytes)) return std::nullopt;
    const Bytes value = tiff_.bytes(place, bytes);
    tag.value.assign(value.begin(), value.end());
    if (tiff_.big_endian()) {
      constexpr char kUnicode[] = {'U', 'N', 'I', 'C', 'O', 'D', 'E', '\0'};
      const bool wide_text = tag.tag == kUserComment && tag.value.size() >= sizeof kUnicode &&
                             std::memcmp(tag.value.data(), kUnicode, sizeof kUnicode) == 0;
      if (wide_text) swap_numbers(tag.value, sizeof kUnicode, 2);
      if (!wide_text && type.number > 1) swap_numbers(tag.value, 0, type.number);
    }
    return tag;
  }

  TiffReader tiff_;
  std::uint64_t taken_ = 0;
};

void put16(std::vector<std::uint8_t>& out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 2; ++i) out[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}
void put32(std::vector<std::uint8_t>& out, std::size_t at, std::uint64_t value) {
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::output, "a TIFF file cannot exceed 4 GiB; make the picture smaller");
  }
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

// Appends a directory and its values to a TIFF structure; returns its offset. `tags` must be
// sorted.
std::size_t append_directory(std::vector<std::uint8_t>& out, const std::vector<ExifTag>& tags) {
  out.resize(out.size() + out.size() % 2);
  const std::size_t begin = out.size();
  out.resize(begin + 2 + kEntryBytes * tags.size() + 4);
  put16(out, begin, static_cast<std::uint32_t>(tags.size()));
  std::size_t entry = begin + 2;
  for (const ExifTag& tag : tags) {
    put16(out, entry, tag.tag);
    put16(out, entry + 2, tag.type);
    put32(out, entry + 4, tag.count);
    std::size_t at = entry + 8;
    if (tag.value.size() > 4) {
      out.resize(out.size() + out.size() % 2);
      put32(out, entry + 8, out.size());
      at = out.size();
      out.resize(at + tag.value.size());
    }
    std::copy(tag.value.begin(), tag.value.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    entry += kEntryBytes;
  }
  return begin;
}

}  // namespace

ExifTag short_tag(std::uint16_t tag, std::uint16_t value) {
  return {tag,
          kShort,
          1,
          {static_cast<std::uint8_t>(value & 255), static_cast<std::uint8_t>(value >> 8)}};
}

ExifTag long_tag(std::uint16_t tag, std::uint32_t value) {
  ExifTag made{tag, kLong, 1, std::vector<std::uint8_t>(4)};
  put32(made.value, 0, value);
  return made;
}

ExifTag rational_tag(std::uint16_t tag, double value) {
  const bool whole = value == std::floor(value);
  ExifTag made{tag, kRational, 1, std::vector<std::uint8_t>(8)};
  put32(made.value, 0, static_cast<std::uint32_t>(whole ? value : std::round(value * 1e4)));
  put32(made.value, 4, whole ? 1 : 10000);
  return made;
}

const ExifTag* find_tag(const std::vector<ExifTag>& directory, std::uint16_t tag) {
  const auto found = std::find_if(directory.begin(), directory.end(),
                                  [&](const ExifTag& other) { return other.tag == tag; });
  return found == directory.end() ? nullptr : &*found;
}

void set_tag(std::vector<ExifTag>& directory, ExifTag tag) {
  const auto place =
      std::lower_bound(directory.begin(), directory.end(), tag,
                       [](const ExifTag& a, const ExifTag& b) { return a.tag < b.tag; });
  if (place != directory.end() && place->tag == tag.tag) {
    *place = std::move(tag);
  } else {
    directory.insert(place, std::move(tag));
  }
}

double number_of(const ExifTag* tag) {
  if (tag == nullptr || tag->count != 1) return 0.0;
  const auto at = [&](std::size_t begin, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{tag->value[begin + i]} << 8 * i;
    return value;
  };
  if (tag->type == kShort) return at(0, 2);
  if (tag->type == kLong) return at(0, 4);
  if (tag->type != kRational || at(4, 4) == 0) return 0.0;
  return static_cast<double>(at(0, 4)) / at(4, 4);
}

ExifBlock read_exif(Bytes block) {
  try {
    return block.empty() ? ExifBlock{} : Reader(block).run();
  } catch (const Error&) {
    return {};
  }
}

std::vector<std::uint8_t> value_of_tag(Bytes block, std::uint16_t tag, std::size_t most) {
  try {
    return Reader(block).value_of(tag, most);
  } catch (const Error&) {
    return {};
  }
}

std::vector<std::uint8_t> write_exif(const ExifBlock& block) {
  if (block.empty()) return {};
  // Writes the first directory right behind the header, as some readers expect. Its pointers to the
  // other directories are filled in later, when those have been written.
  std::vector<std::uint8_t> out = {'I', 'I', 42, 0, 8, 0, 0, 0};
  std::vector<ExifTag> first = block.image;
  if (!block.photo.empty()) set_tag(first, long_tag(kPhotoPointer, 0));
  if (!block.gps.empty()) set_tag(first, long_tag(kGpsPointer, 0));
  (void)append_directory(out, first);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::uint16_t tag = first[i].tag;
    if (tag != kPhotoPointer && tag != kGpsPointer) continue;
    const std::size_t place = append_directory(out, tag == kGpsPointer ? block.gps : block.photo);
    put32(out, 8 + 2 + kEntryBytes * i + 8, place);
  }
  return out;
}

void add_exif_to_tiff(std::vector<std::uint8_t>& file, const ExifBlock& block) {
  // Copies the entries of the file's own directory. Large values are stored elsewhere in the file,
  // and their entries state the offsets. These offsets stay valid, because the file only grows at
  // its end.
  const TiffReader tiff(file);
  const std::uint64_t begin = tiff.u32(4);
  const unsigned entries = tiff.u16(begin);
  std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> own;
  for (unsigned i = 0; i < entries; ++i) {
    const std::uint64_t entry = begin + 2 + kEntryBytes * i;
    const Bytes bytes = tiff.bytes(entry, kEntryBytes);
    own.push_back({tiff.u16(entry), {bytes.begin(), bytes.end()}});
  }
  std::vector<ExifTag> first = block.image;
  for (const auto& [pointer, tags] :
       {std::pair(kPhotoPointer, &block.photo), std::pair(kGpsPointer, &block.gps)}) {
    if (tags->empty()) continue;
    set_tag(first, long_tag(pointer, static_cast<std::uint32_t>(append_directory(file, *tags))));
  }
  std::erase_if(first, [&](const ExifTag& tag) {
    return std::any_of(own.begin(), own.end(),
                       [&](const auto& entry) { return entry.first == tag.tag; });
  });
  if (first.empty()) return;
  // Appends two directories. The first contains only the new tags; appending it also writes their
  // values. The second joins the file's own entries and the new ones, sorted by tag. It becomes the
  // file's directory.
  const std::size_t added = append_directory(file, first);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto entry = file.begin() + static_cast<std::ptrdiff_t>(added + 2 + kEntryBytes * i);
    own.push_back({first[i].tag, {entry, entry + kEntryBytes}});
  }
  std::sort(own.begin(), own.end());
  file.resize(file.size() + file.size() % 2);
  const std::size_t joined = file.size();
  file.resize(joined + 2);
  put16(file, joined, static_cast<std::uint32_t>(own.size()));
  for (const auto& [tag, entry] : own) file.insert(file.end(), entry.begin(), entry.end());
  // Four zero bytes instead of the offset of a next directory: there is none.
  file.resize(file.size() + 4);
  put32(file, 4, joined);
}

}  // namespace nst
