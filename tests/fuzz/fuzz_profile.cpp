// Fuzzes ICC profiles. The last byte chooses the layout of the samples: grey, RGB or CMYK, 8 or 16
// bits, with or without alpha, inverted or not.
#include "fuzz/fuzz.hpp"
#include "image/profile.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  fuzz::must_answer([&] {
    const std::string name = "picture";
    ReadOptions options;
    options.max_memory_bytes = std::size_t{64} << 20;
    std::vector<std::string> warnings;
    Metadata metadata;
    const codec::Input input{{data, size}, name, options, warnings, metadata};
    const unsigned chosen = size == 0 ? 0 : data[size - 1];
    codec::SampleLayout layout;
    layout.model = static_cast<codec::ColourModel>(chosen % 3);
    layout.wide = (chosen & 4) != 0;
    layout.alpha = (chosen & 8) != 0;
    layout.inverted = (chosen & 16) != 0;
    const codec::SrgbConversion conversion =
        codec::srgb_conversion(input, {.icc = {data, size}}, layout);
    if (!conversion) return;
    constexpr std::size_t kPixels = 64;
    std::vector<std::uint16_t> from(5 * kPixels);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::uint16_t>(i * 9973);
    std::vector<std::uint8_t> to(4 * kPixels);
    conversion.convert(from.data(), to.data(), kPixels);
  });
  return 0;
}
