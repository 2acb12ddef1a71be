// Fuzzes the EXIF code. Any bytes must give an orientation from 1 to 8. Tags that were read from
// any bytes must stay the same when they are written and read again.
#include "fuzz/fuzz.hpp"
#include "image/exif.hpp"
#include "image/exif_block.hpp"
#include "image/file_metadata.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int orientation = nst::exif_orientation({data, size});
  if (orientation < 1 || orientation > 8) std::abort();
  const nst::ExifBlock block = nst::read_exif({data, size});
  const std::vector<std::uint8_t> written = nst::write_exif(block);
  const nst::ExifBlock again = nst::read_exif(written);
  if (again.image.size() != block.image.size() || again.photo.size() != block.photo.size() ||
      again.gps.size() != block.gps.size() || nst::write_exif(again) != written) {
    std::abort();
  }
  (void)nst::codec::iptc_of({data, size});
  return 0;
}
