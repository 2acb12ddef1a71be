// Tests of files that are not pictures or have an unsupported format: the error must name what they
// are.
#include "image/compose.hpp"

using namespace nst::test;

namespace {

std::vector<std::uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

// Returns a file that begins with `start`, followed by at least 60 zeros.
std::vector<std::uint8_t> binary(const std::string& start) {
  std::vector<std::uint8_t> file = bytes(start);
  file.resize(std::max<std::size_t>(file.size() + 60, 400));
  return file;
}

std::string box(const std::string& brand, const std::string& compatible = "mif1") {
  return std::string("\0\0\0\x18", 4) + "ftyp" + brand + std::string(4, '\0') + compatible + brand;
}

}  // namespace

TEST_CASE("Pictures of other formats are named, with what to do") {
  const std::pair<std::string, const char*> cases[] = {
      {box("heic"), "HEIC"},
      {box("heix"), "HEIC"},
      {box("hevc"), "HEIC"},
      {box("hevx"), "HEIC"},
      {box("msf1"), "HEIC"},
      {box("mif1"), "HEIC"},
      {box("avif"), "AVIF"},
      {box("avis"), "AVIF"},
      {box("mif1", "avif"), "AVIF"},
      {box("isom", "mp42"), "film"},
      {box("qt  ", "qt  "), "film"},
      {box("crx ", "isom"), "CR3"},
      {box("jxl ", "jxl "), "JPEG XL"},
      {std::string("\0\0\0\x0cJXL \r\n\x87\n", 12), "JPEG XL"},
      {"\xff\x0a", "JPEG XL"},
      {std::string("\0\0\0\x0cjP  \r\n\x87\n", 12), "JPEG 2000"},
      {"\xff\x4f\xff\x51", "JPEG 2000"},
      {std::string("RIFF\x10\0\0\0WEBPVP8 ", 16), "WebP"},
      {std::string("RIFF\x10\0\0\0AVI LIST", 16), "film"},
      {std::string("II*\0\x08\0\0\0", 8), "TIFF"},
      {std::string("MM\0*\0\0\0\x08", 8), "TIFF"},
      {std::string("II+\0\x08\0\0\0", 8), "TIFF"},
      {std::string("MM\0+\0\x08\0\0", 8), "TIFF"},
      {"8BPS", "Photoshop"},
      {"%PDF-1.7\n", "PDF"},
      {"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"},
      {std::string("\0\0\1\0\1\0\x10\x10\0\0\1\0\x18\0", 14), "ICO"},
      {"v/1\x01", "OpenEXR"},
      {"#?RADIANCE\n", "Radiance"},
      {"qoif", "QOI"},
      {"DDS ", "DDS"},
      {"gimp xcf v011", "GIMP"},
      {"P7\nWIDTH 13\n", "PAM"},
      {"PF\n13 7\n-1.0\n", "PFM"},
      {"Pf\n13 7\n-1.0\n", "PFM"},
      {"PK\3\4", "ZIP"},
      {"\x1f\x8b\x08", "gzip"},
      {std::string("\0\5\x16\7\0\2\0\0Mac OS X", 16), "macOS"},
      {std::string("\xc8\0\0\0\0\0\0\0{\"__metadata__\":{}}", 26), "safetensors"},
      {std::string("\x1c\0\0\0TFL3", 8), "TFLite"},
      {"\x1a\x45\xdf\xa3", "film"},
  };
  for (const auto& [start, name] : cases) {
    const std::string message = refusal(binary(start));
    CHECK_MESSAGE(contains(message, name), message);
    // After "; ", the message must advise what to do with such a file.
    CHECK_MESSAGE(contains(message, "; "), message);
  }
}

TEST_CASE("Texts are told apart: drawings, web pages, pointers, anything else") {
  const std::string bom = "\xef\xbb\xbf";
  const std::pair<std::string, const char*> cases[] = {
      {"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"},
      {"<?xml version='1.0'?>\n<!-- x -->\n<svg/>", "SVG"},
      {bom + "<svg/>", "SVG"},
      {bom + "  <?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN'><svg/>", "SVG"},
      {std::string("\xff\xfe<\0s\0v\0g\0/\0>\0", 14), "SVG"},
      {"<!DOCTYPE html>\n<html><svg/></html>", "web page"},
      {"\n\n  <html lang=en><body>Sign in</body></html>", "web page"},
      {"<HTML><HEAD>", "web page"},
      {bom + "<!doctype HTML><p>", "web page"},
      {"<head><title>403</title>", "web page"},
      {"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"},
      {"{\"error\": 403}", "JSON"},
      {"data:image/png;base64,iVBORw0KGgo", "data URL"},
      {"hello, world; this is no picture at all", "text"},
  };
  for (const auto& [text, name] : cases) check_refused(bytes(text), name);
}

TEST_CASE("Empty files, zeros and noise are refused in one line") {
  check_refused({}, "empty");
  check_refused(std::vector<std::uint8_t>(4096), "zeros");
  check_refused({0xff}, "not a picture");
  check_refused({0x80, 0x81, 0, 5, 200, 3, 2, 1}, "not a picture");
}
