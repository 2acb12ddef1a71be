// This file is compiled without fused multiply-adds, so that every machine computes the same
// floats.
#include "image/retouch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/view.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// Number of rows that a thread takes at a time.
constexpr int kRows = 16;

template <class Work>
void for_each_rows(int threads, int height, Work&& work) {
  for_each_item(threads, (height + kRows - 1) / kRows,
                [&](int part) { work(kRows * part, std::min(kRows * (part + 1), height)); });
}

// Returns the luma of a pixel by ITU-R BT.601.
float luma(const float* rgb) { return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]; }

struct LumaMoments {
  double mean = 0.0, deviation = 0.0;
};

// Returns mean and standard deviation of a picture's luma. row(y, reader) returns a row; each
// thread makes its own reader by make_reader(). Each row has its own sums, so that the number of
// threads does not change the result.
template <class MakeReader, class Row>
LumaMoments luma_moments(Size size, int threads, MakeReader&& make_reader, Row&& row) {
  struct Sums {
    double first = 0.0, second = 0.0;
  };
  std::vector<Sums> of_rows(static_cast<std::size_t>(size.height));
  for_each_rows(threads, size.height, [&](int begin, int end) {
    auto reader = make_reader();
    for (int y = begin; y < end; ++y) {
      const float* pixel = row(y, reader);
      Sums sums;
      for (int x = 0; x < size.width; ++x, pixel += 3) {
        const double value = luma(pixel);
        sums.first += value;
        sums.second += value * value;
      }
      of_rows[static_cast<std::size_t>(y)] = sums;
    }
  });
  Sums all;
  for (const Sums& sums : of_rows) {
    all.first += sums.first;
    all.second += sums.second;
  }
  const double pixels = static_cast<double>(size.width) * size.height;
  const double mean = all.first / pixels;
  return {mean, std::sqrt(std::max(0.0, all.second / pixels - mean * mean))};
}

// A linear change of luma: luma · factor + offset.
struct LumaChange {
  float factor = 1.0f, offset = 0.0f;
};

// Returns the change that gives the painting's luma the mean and standard deviation of the photo's
// luma. For a painting of one colour, it changes only the mean.
LumaChange luma_change(const Canvas& painting, const Photo& photo, int threads) {
  const LumaMoments from = luma_moments(
      painting.size(), threads, [] { return std::vector<float>(); },
      [&](int y, std::vector<float>& buffer) { return painting.row(y, buffer); });
  const LumaMoments to = luma_moments(
      painting.size(), threads, [&] { return photo.seen_rows(); },
      [](int y, FloatRows& rows) { return rows.row(y); });
  constexpr double kFlat = 1e-6;
  const double factor = from.deviation > kFlat ? to.deviation / from.deviation : 1.0;
  return {static_cast<float>(factor), static_cast<float>(to.mean - factor * from.mean)};
}

// Replaces the painting's chroma by the photo's, and changes the painting's luma by `change`.
void take_chroma(const float* photo, LumaChange change, int width, float* painting) {
  for (int x = 0; x < width; ++x, photo += 3, painting += 3) {
    const float more = luma(painting) * change.factor + change.offset - luma(photo);
    for (int c = 0; c < 3; ++c) painting[c] = photo[c] + more;
  }
}

// Mixes a row of the painting with a row of `other`. The painting's share is `fade`, multiplied by
// the mask's value (0 to 1) if there is a mask.
void mix_rows(const float* other, float fade, const std::uint8_t* mask, int width,
              float* painting) {
  for (int x = 0; x < width; ++x, other += 3, painting += 3) {
    const float share = mask == nullptr ? fade : fade * (static_cast<float>(mask[x]) / 255.0f);
    for (int c = 0; c < 3; ++c) painting[c] = share * painting[c] + (1.0f - share) * other[c];
  }
}

const std::uint8_t* row_of(const Image* mask, int y) {
  return mask == nullptr ? nullptr : mask->u8() + std::ptrdiff_t{mask->width} * y;
}

}  // namespace

Image mask_of(const ImageView& picture, Size size, int threads) {
  FloatPicture resized(size);
  fill_input(picture, {size, Resize::smooth, std::nullopt, "mask", threads}, resized.row(0));
  Image mask(size.width, size.height, 1, SampleType::u8);
  for (int y = 0; y < size.height; ++y) {
    std::uint8_t* to = mask.u8() + std::ptrdiff_t{size.width} * y;
    const float* pixel = resized.row(y);
    for (int x = 0; x < size.width; ++x, pixel += 3) to[x] = byte_of_unit(luma(pixel), 0.5f);
  }
  return mask;
}

void mix_by_mask(Canvas& inside, const Canvas& outside, const Image& mask, int threads) {
  const Size size = inside.size();
  for_each_rows(threads, size.height, [&](int begin, int end) {
    std::vector<float> line(std::size_t{3} * static_cast<std::size_t>(size.width));
    std::vector<float> buffer;
    for (int y = begin; y < end; ++y) {
      inside.copy_row(y, line.data());
      mix_rows(outside.row(y, buffer), 1.0f, row_of(&mask, y), size.width, line.data());
      inside.set_row(y, line.data());
    }
  });
}

void write_retouched(const Canvas& painting, const Photo& photo, const Retouch& retouch,
                     const OutputRows& out, int threads) {
  LumaChange change;
  if (retouch.keeps_colour && retouch.matches_luma) {
    change = luma_change(painting, photo, threads);
  }
  const int width = painting.size().width;
  const bool mixes = retouch.fade != 1.0f || retouch.mask != nullptr;
  for_each_rows(
      threads, std::min(painting.size().height, out.picture.height), [&](int begin, int end) {
        FloatRows seen = photo.seen_rows();
        FloatRows plain = photo.rows();
        std::vector<float> line(std::size_t{3} * static_cast<std::size_t>(width));
        for (int y = begin; y < end; ++y) {
          painting.copy_row(y, line.data());
          if (retouch.keeps_colour) take_chroma(seen.row(y), change, width, line.data());
          if (mixes) {
            mix_rows(plain.row(y), retouch.fade, row_of(retouch.mask, y), width, line.data());
          }
          write_rows(out, y, 1, line.data(), width);
        }
      });
}

}  // namespace nst
