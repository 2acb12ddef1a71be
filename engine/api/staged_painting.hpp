// StagedPainting: paints a content at one size, or at growing sizes (the brush). It stores the
// whole painting, and then retouches it with the photo's colours and pixels (image/retouch.hpp).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/content_painting.hpp"
#include "api/painting.hpp"
#include "image/canvas.hpp"
#include "image/photo.hpp"
#include "image/retouch.hpp"

namespace nst {

class StagedPainting final : public ContentPainting {
 public:
  // Has the parameters of start_painting. `size` is the size of the finished painting.
  StagedPainting(const Model& model, const ImageView& content, const PaintOptions& options,
                 Size size, std::optional<StyleVector> outside, const RunOptions& run,
                 bool repeated, NetworkShelf& shelf);

  bool reads_content() const override { return borrows_; }
  double work() const override;
  void prepare(const RunOptions& run) override;
  void paint_into(const MutableImageView& picture, const StyleVector& style,
                  const RunOptions& run) override;
  void give_networks(NetworkShelf& shelf) override;

  // Returns the number of bytes that the pictures of a painting need. The memory of the largest
  // network is needed in addition and not included.
  static std::uint64_t picture_bytes(const ImageView& content, const PaintOptions& options,
                                     Size size, bool repeated);

 private:
  // One size at which the content is painted. Levels are painted one after the other, so their
  // networks share the memory of the largest one.
  struct Level {
    Photo photo;
    std::unique_ptr<TransformerRun> network;  // null until the level is planned
  };

  void take_networks(NetworkShelf& shelf, const RunOptions& run);
  Size raw_size() const override { return form().size(); }
  std::vector<double> level_work() const;
  // Returns `run` with its memory limit reduced by the bytes of the pictures, so that the rest
  // limits a network. Throws Error{limit} if nothing is left.
  RunOptions limited(RunOptions run) const;
  // Returns the network of a level, planned within the limits of `run`.
  TransformerRun& network(std::size_t level, const RunOptions& run);
  void fill_first_input(const RunOptions& run);
  // Paints all levels in a style. Returns the painting of the last level, whose samples are stored
  // as `depth` says.
  Canvas paint_levels(const StyleVector& style, Canvas::Depth depth, const RunOptions& run,
                      StageProgress& progress);
  // Paints a level, using the painting of the previous level, `coarse`. Frees `coarse` before the
  // network runs.
  Canvas paint_level(std::size_t level, Canvas coarse, Canvas::Depth depth,
                     const StyleVector& style, const RunOptions& run);

  const Model& model_;
  std::vector<Level> levels_;  // in ascending order of their sizes
  // True if prepare() already runs the steps that do not depend on the style. This needs a single
  // level: the content of any further level is mixed with the painting of the previous one.
  bool keeps_encoder_;
  bool borrows_;
  bool is_prepared_ = false;
  std::uint64_t picture_bytes_;
  Retouch retouch_;
  Image mask_;                          // one channel of type u8; empty: no mask
  std::optional<StyleVector> outside_;  // style for the pixels where mask_ is 0
};

}  // namespace nst
