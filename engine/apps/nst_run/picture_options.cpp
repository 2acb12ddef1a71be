#include "picture_options.hpp"

namespace nst::run {
namespace {

constexpr const char* kGroup = "Picture files";

Subsampling subsampling_named(const std::string& name) {
  if (name == "444") return Subsampling::s444;
  if (name == "422") return Subsampling::s422;
  return name == "420" ? Subsampling::s420 : Subsampling::automatic;
}

KeepMetadata metadata_named(const std::string& name) {
  if (name == "all") return KeepMetadata::all;
  return name == "none" ? KeepMetadata::none : KeepMetadata::safe;
}

}  // namespace

void PictureOptions::add_to(CLI::App& app) {
  app.add_option("--quality", quality,
                 "JPEG and WebP quality 1..100 (default: 95); a WebP of 100 is "
                 "lossless")
      ->check(CLI::Range(1, 100))
      ->type_name("Q")
      ->group(kGroup);
  app.add_option(
         "--subsampling", subsampling,
         "Colour of a JPEG: 444 full, 422 half across, 420 half both ways (default: 444 from "
         "quality 90 on)")
      ->check(CLI::IsMember({"auto", "444", "422", "420"}))
      ->type_name("KIND")
      ->group(kGroup);
  app.add_flag("--progressive", progressive, "A JPEG that appears coarse first")->group(kGroup);
  app.add_option("--depth", depth, "Bits of a sample: 8, or 16 in PNG and TIFF (default: 8)")
      ->check(CLI::IsMember({8, 16}))
      ->type_name("BITS")
      ->group(kGroup);
  app.add_option(
         "--metadata", metadata,
         "What the result keeps of the content's: safe: resolution, camera, exposure, dates, "
         "titles, artist, copyright; all: also GPS, maker notes, serial numbers, XMP, IPTC; "
         "none (default: safe)")
      ->check(CLI::IsMember({"safe", "all", "none"}))
      ->type_name("KIND")
      ->group(kGroup);
  app.add_flag("--damaged", damaged,
               "Paint what a cut or damaged JPEG, PNG or TIFF has, and say how much is missing")
      ->group(kGroup);
}

void PictureOptions::check(OutputFormat format) const {
  if (depth == 8 || format == OutputFormat::png || format == OutputFormat::tiff) return;
  throw Error(ErrorCode::usage,
              "--depth 16: only PNG and TIFF hold 16 bits a sample; write one of them");
}

EncodeOptions PictureOptions::writing(const Metadata& found, int threads) const {
  return {quality, subsampling_named(subsampling), progressive, depth,
          &found,  metadata_named(metadata),       threads};
}

}  // namespace nst::run
