#include "api/staged_painting.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/plan.hpp"
#include "image/brush.hpp"
#include "image/gaussian.hpp"
#include "image/picture_rows.hpp"
#include "image/samples.hpp"
#include "nst/error.hpp"
#include "platform/thread_count.hpp"
#include "platform/threads.hpp"

namespace nst {

StagedPainting::StagedPainting(const Model& model, const ImageView& content,
                               const PaintOptions& options, Size size,
                               std::optional<StyleVector> outside, const RunOptions& run,
                               bool repeated, NetworkShelf& shelf)
    : ContentPainting(PictureForm(content, options, size)),
      model_(model),
      keeps_encoder_(repeated && painted_sizes(options, size).size() == 1),
      borrows_(!repeated && size == Size{content.width, content.height}),
      picture_bytes_(picture_bytes(content, options, size, repeated)),
      outside_(std::move(outside)) {
  check_samples(content, "content picture");
  const int threads = thread_count(run.threads);
  retouch_ = {.keeps_colour = options.keep_colour != KeepColour::off,
              .matches_luma = options.keep_colour == KeepColour::matched,
              .fade = options.fade};
  if (options.mask.data != nullptr) {
    check_picture(options.mask, "mask");
    mask_ = mask_of(options.mask, size, threads);
    if (!outside_) retouch_.mask = &mask_;
  }
  const std::vector<Size> sizes = painted_sizes(options, size);
  // Makes the largest level's photo from the content, and every other photo from the next larger
  // one.
  Photo::Options photo{size, options.resize, options.background, repeated, threads};
  levels_.push_back({Photo(content, photo), nullptr});
  for (auto it = sizes.rbegin() + 1; it != sizes.rend(); ++it) {
    photo.size = *it;
    photo.resize = Resize::smooth;
    const Photo& larger = levels_.back().photo;
    levels_.push_back({Photo(larger.seen(), photo), nullptr});
  }
  std::reverse(levels_.begin(), levels_.end());
  take_networks(shelf, run);
}

// Takes networks of an earlier content from the shelf. All levels must share the memory of the
// largest level's network. So if the shelf has no network for the largest level, none is taken.
void StagedPainting::take_networks(NetworkShelf& shelf, const RunOptions& run) {
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    level->network = shelf.take(level->photo.size(), keeps_encoder_, run);
    if (!levels_.back().network) break;
  }
  shelf.clear();
}

std::uint64_t StagedPainting::picture_bytes(const ImageView& content, const PaintOptions& options,
                                            Size size, bool repeated) {
  const std::vector<Size> sizes = painted_sizes(options, size);
  const bool brushes = sizes.size() > 1;
  const bool is_float = options.raw || options.type == SampleType::f32;
  const auto depth = brushes && !is_float ? Canvas::Depth::bits16 : Canvas::Depth::floats;
  std::uint64_t bytes =
      Photo::owned_bytes(content, {size, options.resize, options.background, repeated});
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) bytes += float_picture_bytes(sizes[i]);
  bytes += Canvas::bytes(size, depth) * (options.mask_style ? 2 : 1);
  // Painting the last level needs four more pictures: the painting of the previous level, and three
  // pictures that have one pixel for each cell of the new painting. One holds the means of the
  // enlarged previous painting over the cells, one their differences from the means of the new
  // painting, and one these differences blurred.
  if (brushes) {
    bytes +=
        float_picture_bytes(sizes[sizes.size() - 2]) + 3 * float_picture_bytes(reduced_size(size));
  }
  if (options.mask.data != nullptr) bytes += float_picture_samples(size) / 3;
  return bytes;
}

RunOptions StagedPainting::limited(RunOptions run) const {
  if (run.max_memory_bytes == 0) return run;
  if (run.max_memory_bytes <= picture_bytes_) {
    throw Error(ErrorCode::limit, "the brush, colours or mask need " +
                                      std::to_string((picture_bytes_ >> 20) + 1) +
                                      " MiB for whole pictures, the limit is " +
                                      std::to_string(run.max_memory_bytes >> 20) +
                                      " MiB; raise it, use a smaller size or paint without them");
  }
  run.max_memory_bytes -= static_cast<std::size_t>(picture_bytes_);
  return run;
}

TransformerRun& StagedPainting::network(std::size_t level, const RunOptions& run) {
  const bool is_largest = level + 1 == levels_.size();
  TransformerRun* const largest = is_largest ? nullptr : &this->network(levels_.size() - 1, run);
  RunOptions within = run;
  if (largest != nullptr && run.max_memory_bytes > 0) {
    const PlanInfo plan = plan_info(largest->program(), run.threads);
    within.max_memory_bytes = plan.arena_bytes + plan.scratch_bytes;
  }
  std::unique_ptr<TransformerRun>& network = levels_[level].network;
  const Size size = levels_[level].photo.size();
  if (!network || !network->serves(size, within)) {
    network.reset();
    const LoweringOptions lowering{.keep_encoder = keeps_encoder_, .output_rows = true};
    network = std::make_unique<TransformerRun>(opened(model_), size, lowering, within, largest);
  }
  return *network;
}

std::vector<double> StagedPainting::level_work() const {
  std::vector<double> work;
  for (const Level& level : levels_) work.push_back(transformer_work(model_, level.photo.size()));
  if (outside_) work.insert(work.end(), work.begin(), work.end());
  return work;
}

double StagedPainting::work() const {
  double sum = 0.0;
  for (const double work : level_work()) sum += work;
  return sum;
}

void StagedPainting::fill_first_input(const RunOptions& run) {
  const Photo& photo = levels_.front().photo;
  float* const input = network(0, run).input();
  const std::size_t samples = std::size_t{3} * static_cast<std::size_t>(photo.size().width);
  constexpr int kRows = 16;
  const int height = photo.size().height;
  for_each_item(thread_count(run.threads), (height + kRows - 1) / kRows, [&](int part) {
    FloatRows rows = photo.seen_rows();
    for (int y = kRows * part; y < std::min(kRows * (part + 1), height); ++y) {
      std::copy_n(rows.row(y), samples, input + samples * static_cast<std::size_t>(y));
    }
  });
}

void StagedPainting::prepare(const RunOptions& run) {
  const RunOptions network_run = limited(run);
  TransformerRun& largest = network(levels_.size() - 1, network_run);
  if (!keeps_encoder_) return;
  fill_first_input(network_run);
  largest.encode(network_run);
  is_prepared_ = true;
}

Canvas StagedPainting::paint_level(std::size_t level, Canvas coarse, Canvas::Depth depth,
                                   const StyleVector& style, const RunOptions& run) {
  const int threads = thread_count(run.threads);
  const Photo& photo = levels_[level].photo;
  TransformerRun& painter = network(level, run);
  FloatPicture coarse_cells;
  if (level > 0) {
    coarse_cells = mix_level_input(coarse.floats(), photo, painter.input(), threads);
    coarse = {};
  } else if (!is_prepared_) {
    fill_first_input(run);
  }
  Canvas fine(photo.size(), depth);
  const int width = painter.output_size().width;
  const int height = photo.size().height;
  const Execution::RowSink rows = [&](int first, int count, const float* from) {
    for (int y = first; y < std::min(first + count, height);
         ++y, from += std::ptrdiff_t{3} * width) {
      fine.set_row(y, from);
    }
  };
  if (is_prepared_) {
    painter.render(style, {.rows = &rows}, run);
  } else {
    painter.paint(style, {.rows = &rows}, run);
  }
  if (level > 0) {
    restore_low_frequencies(fine, coarse_cells, level + 1 == levels_.size(), threads);
  }
  return fine;
}

Canvas StagedPainting::paint_levels(const StyleVector& style, Canvas::Depth depth,
                                    const RunOptions& run, StageProgress& progress) {
  Canvas painting;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const bool is_last = i + 1 == levels_.size();
    painting = paint_level(i, std::move(painting), is_last ? depth : Canvas::Depth::floats, style,
                           progress.next(run));
  }
  return painting;
}

void StagedPainting::paint_into(const MutableImageView& picture, const StyleVector& style,
                                const RunOptions& run) {
  const RunOptions network_run = limited(run);
  const int threads = thread_count(run.threads);
  // For a result of 8 bits per sample, a brush's last level is stored in 16 bits. That is precise
  // enough and takes half the memory of floats. Without a brush it is stored in floats, so that the
  // network's output is rounded only once.
  const bool is_short = picture.type == SampleType::u8 && levels_.size() > 1;
  const Canvas::Depth depth = is_short ? Canvas::Depth::bits16 : Canvas::Depth::floats;
  StageProgress progress(run.progress, run.progress ? level_work() : std::vector<double>{});
  Canvas painting = paint_levels(style, depth, network_run, progress);
  if (outside_) {
    const Canvas outside = paint_levels(*outside_, depth, network_run, progress);
    mix_by_mask(painting, outside, mask_, threads);
  }
  write_retouched(painting, levels_.back().photo, retouch_, form().rows(picture), threads);
}

void StagedPainting::give_networks(NetworkShelf& shelf) {
  for (Level& level : levels_) shelf.put(std::move(level.network));
}

}  // namespace nst
