#include "weights_tool/sstable.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"

#if NST_HAVE_SNAPPY
#include <snappy.h>
#endif

namespace nst::weights {
namespace {

constexpr std::uint64_t kMagic = 0xdb4775248b80fb57u;
constexpr std::uint64_t kFooterBytes = 48;
// Size of the trailer after each block: a byte for the kind of compression and a masked CRC-32C.
constexpr std::uint64_t kBlockTrailerBytes = 5;
// Limits of a key's length and of all keys together. An entry stores only what differs from the
// previous key. So three bytes of a file may stand for a key of any length.
constexpr std::uint64_t kMaxKeyBytes = 4096;
constexpr std::uint64_t kMaxKeysBytes = 64u << 20;

// Limit of the bytes of all unpacked blocks, against small files that unpack to huge ones.
// TensorFlow's blocks have about 256 KiB each.
constexpr std::uint64_t kMaxUnpackedBytes = 64u << 20;
// A snappy block unpacks to fewer than kMaxSnappyRatio times its bytes: three bytes copy at most 64
// (github.com/google/snappy/blob/main/format_description.txt).
constexpr std::uint64_t kMaxSnappyRatio = 22;
enum BlockType : std::uint8_t { kPlain = 0, kSnappy = 1 };

struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

BlockHandle read_handle(ByteReader& reader) {
  BlockHandle handle;
  handle.offset = reader.read_varint("a block's offset");
  handle.size = reader.read_varint("a block's size");
  return handle;
}

class TableReader {
 public:
  TableReader(Bytes bytes, const std::string& name) : file_(bytes, name, ErrorCode::model) {}

  SortedTable read() {
    if (file_.size() < kFooterBytes) file_.fail("not a checkpoint index (too short)");
    const std::uint64_t footer_at = file_.size() - kFooterBytes;
    if (file_.read_at<std::uint64_t>(footer_at + 40, "the footer") != kMagic) {
      file_.fail("not a checkpoint index, or truncated (no magic number at its end)");
    }
    ByteReader footer(file_.at(footer_at, 40, "the footer"), file_.name(), ErrorCode::model);
    const BlockHandle meta = read_handle(footer);
    const BlockHandle index = read_handle(footer);
    const Bytes padding = footer.take(footer.remaining(), "the footer");
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b != 0; })) {
      file_.fail("damaged footer");
    }
    block(meta);  // checks the metaindex block's checksum; its contents are not needed
    std::vector<BlockHandle> data_blocks;
    for_each_entry(block(index), [&](const std::string&, Bytes value) {
      ByteReader reader(value, file_.name(), ErrorCode::model);
      data_blocks.push_back(read_handle(reader));
    });
    std::map<std::string, Bytes>& entries = table_.entries;
    std::uint64_t keys_bytes = 0;
    for (const BlockHandle& handle : data_blocks) {
      for_each_entry(block(handle), [&](const std::string& key, Bytes value) {
        keys_bytes += key.size();
        if (keys_bytes > kMaxKeysBytes) file_.fail("its keys take more than 64 MiB");
        if (!entries.empty() && key <= entries.rbegin()->first)
          file_.fail("its keys are not sorted");
        entries.emplace_hint(entries.end(), key, value);
      });
    }
    return std::move(table_);
  }

 private:
  // Checks the checksum of a block and returns the block's contents.
  Bytes block(const BlockHandle& handle) {
    const std::uint64_t total =
        checked_add(handle.size, kBlockTrailerBytes, ErrorCode::model, file_.name());
    const Bytes bytes = file_.at(handle.offset, total, "a block");
    // Refuses an index that names a block twice. A hostile small file could name one block again
    // and again, and reading it would take hours.
    blocks_bytes_ += total;
    if (blocks_bytes_ > file_.size()) file_.fail("damaged: its blocks overlap");
    ByteReader trailer(bytes.subspan(handle.size), file_.name(), ErrorCode::model);
    const auto type = trailer.read<std::uint8_t>("a block's type");
    const auto stored = trailer.read<std::uint32_t>("a block's checksum");
    if (mask_crc32c(crc32c(bytes.first(handle.size + 1))) != stored) {
      file_.fail("checksum mismatch in the block at offset " + std::to_string(handle.offset) +
                 ": the file is damaged");
    }
    if (type == kSnappy) return unpacked(bytes.first(handle.size));
    if (type != kPlain) {
      file_.fail("its blocks are compressed in an unknown way (type " + std::to_string(type) + ")");
    }
    return bytes.first(handle.size);
  }

#if NST_HAVE_SNAPPY
  Bytes unpacked(Bytes packed) {
    const auto* text = reinterpret_cast<const char*>(packed.data());
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(text, packed.size(), &size)) file_.fail("damaged block");
    unpacked_bytes_ += size;
    if (size > kMaxUnpackedBytes || unpacked_bytes_ > kMaxUnpackedBytes) {
      file_.fail("its blocks unpack to more than 64 MiB");
    }
    if (size > kMaxSnappyRatio * packed.size()) {
      file_.fail("a block is damaged: it claims to unpack to more than snappy can store in it");
    }
    std::vector<std::uint8_t>& block = table_.unpacked.emplace_back(size);
    if (!snappy::RawUncompress(text, packed.size(), reinterpret_cast<char*>(block.data()))) {
      file_.fail("a block is damaged: snappy cannot unpack it");
    }
    return block;
  }
#else
  Bytes unpacked(Bytes) {
    file_.fail(
        "its blocks are compressed by snappy, which this build has not; build NST with "
        "libsnappy");
  }
#endif

  template <typename Visit>
  void for_each_entry(Bytes block_bytes, Visit&& visit) const {
    ByteReader reader(block_bytes, file_.name(), ErrorCode::model);
    if (block_bytes.size() < 4) reader.fail("a block without restart points");
    const auto restarts = reader.read_at<std::uint32_t>(block_bytes.size() - 4, "restart count");
    if (restarts > (block_bytes.size() - 4) / 4) reader.fail("damaged restart points");
    const std::uint64_t end = block_bytes.size() - 4 - std::uint64_t{4} * restarts;
    std::string key;
    while (reader.position() < end) {
      const std::uint64_t shared = reader.read_varint("an entry's shared length");
      const std::uint64_t fresh = reader.read_varint("an entry's key length");
      const std::uint64_t value_bytes = reader.read_varint("an entry's value length");
      if (shared > key.size() || fresh > kMaxKeyBytes || shared + fresh > kMaxKeyBytes) {
        reader.fail("damaged key");
      }
      const Bytes suffix = reader.take(fresh, "an entry's key");
      key.resize(shared);
      key.append(suffix.begin(), suffix.end());
      visit(key, reader.take(value_bytes, "an entry's value"));
      if (reader.position() > end) reader.fail("an entry runs into the restart points");
    }
  }

  ByteReader file_;
  SortedTable table_;
  std::uint64_t unpacked_bytes_ = 0;
  std::uint64_t blocks_bytes_ = 0;
};

}  // namespace

bool is_sstable(Bytes bytes) {
  const ByteReader reader(bytes, "", ErrorCode::model);
  return bytes.size() >= kFooterBytes &&
         reader.read_at<std::uint64_t>(bytes.size() - 8, "magic") == kMagic;
}

SortedTable read_sstable(Bytes bytes, const std::string& name) {
  return TableReader(bytes, name).read();
}

}  // namespace nst::weights
