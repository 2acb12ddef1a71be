// Tests of the brush's parts: the blur against a slow twin, enlarging, sizes, low frequencies.
#include "image/brush.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "image/enlarge.hpp"
#include "image/gaussian.hpp"
#include "image/pictures.hpp"
#include "image/slow_blur.hpp"

namespace nst::test {
namespace {

FloatPicture noise_picture(Size size, std::uint64_t seed) {
  const Image image = random_image(size.width, size.height, 3, SampleType::f32, seed);
  FloatPicture picture(size);
  std::copy_n(image.f32(), image.sample_count(), picture.row(0));
  return picture;
}

double largest_distance(const FloatPicture& a, const FloatPicture& b) {
  double largest = 0.0;
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < 3 * a.width(); ++i) {
      largest = std::max(largest, std::abs(double{a.row(y)[i]} - double{b.row(y)[i]}));
    }
  }
  return largest;
}

double mean(const FloatPicture& picture, int channel) {
  double sum = 0.0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) sum += picture.row(y)[3 * x + channel];
  }
  return sum / picture.width() / picture.height();
}

}  // namespace

TEST_CASE("blur is its slow twin, at every size and number of threads, edges too") {
  for (const Size size : {Size{1, 1}, {2, 7}, {5, 3}, {17, 1}, {40, 23}, {64, 64}}) {
    for (const double sigma : {0.8, 2.9, 6.0}) {
      CAPTURE(size.width);
      CAPTURE(sigma);
      const FloatPicture picture = noise_picture(size, 7);
      FloatPicture one(size), three(size);
      blur(picture, sigma, 1, one);
      blur(picture, sigma, 3, three);
      CHECK(largest_distance(one, three) == 0.0);
      // Both blur and its slow twin cut the kernel at 3σ, so only rounding makes their results
      // differ. The bound: sums of at most 37 floats err by less than 2e-6.
      CHECK(largest_distance(one, blurred_slowly(picture, sigma, 3.0)) < 2e-6);
      for (int c = 0; c < 3; ++c) CHECK(mean(one, c) == doctest::Approx(mean(picture, c)));
    }
  }
}

TEST_CASE("Cells, blur and enlarging together are a blur of the whole picture") {
  // The last two sizes are no multiples of kCell, so their last cells have more pixels than the
  // others. blur still gives every cell the same weight, which makes the result less accurate.
  for (const Size size : {Size{160, 120}, {131, 97}, {66, 150}}) {
    CAPTURE(size.width);
    const FloatPicture picture = noise_picture(size, 3);
    const Size cells = reduced_size(size);
    FloatPicture means(cells), smooth(cells), whole(size);
    for (int y = 0; y < cells.height; ++y) {
      const int first = kCell * y;
      mean_of_cells(picture.row(first), y + 1 == cells.height ? size.height - first : kCell,
                    size.width, means.row(y));
    }
    blur(means, sigma_of_cells(12.0), 2, smooth);
    const Enlarger enlarger(smooth, size, 1.0 / kCell, 1.0 / kCell);
    Enlarger::RowBuffer buffer;
    for (int y = 0; y < size.height; ++y) enlarger.row(y, buffer, whole.row(y));
    // The picture is white noise, because noise gives the largest errors. The two causes of errors
    // are the cells and the kernel that ends at 3σ. If all cells have the same size, the error is
    // below 0.0035. If the last cells are larger, it reaches 3/255 at their edge.
    const bool is_whole = size.width % kCell == 0 && size.height % kCell == 0;
    CHECK(largest_distance(whole, blurred_slowly(picture, 12.0, 4.0)) <
          (is_whole ? 0.0035 : 0.012));
  }
}

TEST_CASE("Enlarging interpolates between pixel centres and repeats the outermost pixels") {
  FloatPicture small({2, 1});
  const float two[6] = {0.0f, 0.5f, 1.0f, 1.0f, 0.5f, 0.0f};
  std::copy_n(two, 6, small.row(0));
  const Enlarger enlarger(small, {4, 3});
  Enlarger::RowBuffer buffer;
  std::vector<float> row(12);
  for (int y = 0; y < 3; ++y) {
    enlarger.row(y, buffer, row.data());
    CHECK(row ==
          std::vector<float>{0, 0.5f, 1, 0.25f, 0.5f, 0.75f, 0.75f, 0.5f, 0.25f, 1, 0.5f, 0});
    enlarger.add_row(y, buffer, row.data());
    CHECK(row[3] == 0.5f);
  }
}

TEST_CASE("The brush's sizes grow evenly from the start to the picture") {
  CHECK(brush_sizes({300, 200}, 0) == std::vector<Size>{{300, 200}});
  CHECK(brush_sizes({300, 200}, 200) == std::vector<Size>{{300, 200}});
  CHECK(brush_sizes({300, 200}, 100) == std::vector<Size>{{150, 100}, {300, 200}});
  CHECK(brush_sizes({300, 200}, 150) == std::vector<Size>{{225, 150}, {300, 200}});
  for (const Size size : {Size{4240, 2828}, {701, 1200}, {1024, 1024}, {20000, 800}}) {
    const std::vector<Size> sizes = brush_sizes(size, 256);
    CHECK(std::min(sizes.front().width, sizes.front().height) == 256);
    CHECK(sizes.back() == size);
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      const double growth = static_cast<double>(sizes[i].width) / sizes[i - 1].width;
      CHECK(growth > 1.99);
      CHECK(growth < 4.0);
    }
  }
}

TEST_CASE("Low frequencies come from the coarse painting, high ones stay") {
  const Size size{203, 150};
  const FloatPicture noise = noise_picture(size, 9);
  Canvas fine(size, Canvas::Depth::floats);
  std::vector<float> row(std::size_t{3} * 203);
  for (int y = 0; y < size.height; ++y) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = 0.3f + 0.2f * noise.row(y)[i];
    fine.set_row(y, row.data());
  }
  const FloatPicture before = blurred_slowly(fine.floats(), 12.0, 4.0);
  FloatPicture coarse(reduced_size(size));
  std::fill_n(coarse.row(0), 3 * coarse.width() * coarse.height(), 0.7f);
  restore_low_frequencies(fine, coarse, false, 2);
  for (int c = 0; c < 3; ++c) CHECK(mean(fine.floats(), c) == doctest::Approx(0.7).epsilon(1e-3));
  // The mean of the coarse painting is 0.7 everywhere. So the expected sample is fine + 0.7 −
  // blur(fine), where the slow twin of blur computes blur(fine). The noise has a fifth of the
  // amplitude that it has in the test of cells above. So the bound is a fifth of the bound there,
  // 0.012.
  double largest = 0.0;
  for (int y = 0; y < size.height; ++y) {
    for (int i = 0; i < 3 * size.width; ++i) {
      const double expected = 0.3 + 0.2 * noise.row(y)[i] + 0.7 - before.row(y)[i];
      largest = std::max(largest, std::abs(fine.floats().row(y)[i] - expected));
    }
  }
  CHECK(largest < 0.0024);
}

TEST_CASE("Of flat paintings the brush makes exactly flat ones") {
  for (const float level : {0.1f, 1.0f / 3.0f, 0.7f}) {
    const Size size{75, 66};
    Canvas fine(size, Canvas::Depth::floats);
    const std::vector<float> row(std::size_t{3} * 75, level);
    for (int y = 0; y < size.height; ++y) fine.set_row(y, row.data());
    FloatPicture coarse(reduced_size(size));
    for (int y = 0; y < coarse.height(); ++y) {
      mean_of_cells(std::vector<float>(4 * row.size(), 0.6f).data(), kCell, size.width,
                    coarse.row(y));
    }
    restore_low_frequencies(fine, coarse, false, 2);
    const float first = fine.floats().row(0)[0];
    CHECK(first == doctest::Approx(0.6));
    CHECK(std::all_of(fine.floats().row(0), fine.floats().row(size.height - 1) + 3 * size.width,
                      [first](float v) { return v == first; }));
  }
}

TEST_CASE("A canvas of 16 bits keeps samples to a 250th of a byte's step") {
  const Size size{37, 5};
  const FloatPicture noise = noise_picture(size, 2);
  Canvas canvas(size, Canvas::Depth::bits16);
  std::vector<float> buffer;
  for (int y = 0; y < size.height; ++y) canvas.set_row(y, noise.row(y));
  for (int y = 0; y < size.height; ++y) {
    const float* row = canvas.row(y, buffer);
    for (int i = 0; i < 3 * size.width; ++i) {
      CHECK(std::abs(row[i] - noise.row(y)[i]) <= 0.51f / 65535.0f);
    }
  }
  const std::vector<float> outside(std::size_t{3} * 37, -0.2f), above(std::size_t{3} * 37, 1.5f);
  canvas.set_row(0, outside.data());
  canvas.set_row(1, above.data());
  CHECK(canvas.row(0, buffer)[5] == 0.0f);
  CHECK(canvas.row(1, buffer)[5] == 1.0f);
}

}  // namespace nst::test
