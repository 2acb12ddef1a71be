#include "streams.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/naming.hpp"

namespace nst::run {

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : path; }

void check_one_standard_input(const std::vector<std::string>& paths) {
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    throw Error(ErrorCode::usage, "-: standard input can be read once; name a file for the others");
  }
}

OutputFormat Output::picture_format() const {
  if (!format.empty()) return output_format("picture." + format);
  if (std::filesystem::path(path).has_extension()) return output_format(path);
  const std::string name = path == "-" ? "standard output" : path;
  throw Error(ErrorCode::usage,
              name +
                  ": cannot tell the format to write; say --format png, jpg, tif, webp, ppm or "
                  "npy" +
                  (is_stream() ? "" : ", end the name in one of them, or in / for a folder"));
}

bool Output::is_stream() const {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  return path == "-" || (std::filesystem::exists(status) && std::filesystem::is_other(status));
}

void Output::check() const {
  if (path != "-") check_writable(path);
}

void Output::write(const ImageView& picture, const EncodeOptions& options) const {
  write_bytes(path, naming(path, [&] { return encode_image(picture, picture_format(), options); }));
}

}  // namespace nst::run
