// Recolours a painting to the mean and the covariance of another picture's colours.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "nst/image.hpp"

namespace nst {

using Matrix3 = std::array<std::array<double, 3>, 3>;

// The mean and the covariance of a picture's RGB colours, samples in 0..1.
struct ColourMoments {
  std::array<double, 3> mean{};
  Matrix3 covariance{};
};

// Returns the moments of a picture of any format, composed on `background`.
ColourMoments colour_moments(const ImageView& picture, Colour background);
// Returns the moments of `pixels` RGB pixels that follow each other without gaps.
ColourMoments colour_moments(const float* rgb, std::size_t pixels);

// Recolours `pixels` dense RGB pixels to the mean and the covariance of `target`, clamped to 0..1.
// Of all linear maps that do so, this one moves the colours least (Pitié and Kokaram 2007, the
// linear Monge-Kantorovitch map): A = S^-½ (S^½ T S^½)^½ S^-½, where S and T are the covariances
// before and after. 1/255² is added to each variance in S. Otherwise S would have no inverse for a
// picture of few colours.
void match_colours(float* rgb, std::size_t pixels, const ColourMoments& target);

}  // namespace nst
