// ContentPainting: a content that is ready to be painted in any style. There are two
// implementations. StreamedPainting writes each row to the finished picture as soon as the network
// has computed it. StagedPainting stores the whole painting first, because the brush and retouching
// need it.
#pragma once

#include <memory>
#include <vector>

#include "api/network_shelf.hpp"
#include "image/network_picture.hpp"
#include "nst/paint.hpp"

namespace nst {

// Describes a finished picture: its size, alpha channel and sample type.
class PictureForm {
 public:
  PictureForm(const ImageView& content, const PaintOptions& options, Size size);

  Size size() const { return size_; }
  int channels() const { return alpha_.bytes.empty() || composes_ ? 3 : 4; }
  bool raw() const { return raw_; }
  SampleType type() const { return type_; }
  // Returns true if a finished picture has the size, the channels and the type of `picture`.
  bool matches(const Image& picture) const {
    return !raw_ && size_ == Size{picture.width, picture.height} &&
           channels() == picture.channels && type_ == picture.type;
  }
  // Returns a destination that writes painted rows into `picture`. The destination refers to this
  // object, which must outlive it.
  OutputRows rows(const MutableImageView& picture) const;

 private:
  Size size_;
  Colour background_;
  Quantise quantise_;
  bool raw_;
  SampleType type_;
  bool composes_;
  Image alpha_;  // alpha, one channel of size size_; empty: the content has no alpha
};

class ContentPainting {
 public:
  explicit ContentPainting(PictureForm form) : form_(std::move(form)) {}
  virtual ~ContentPainting() = default;
  ContentPainting(const ContentPainting&) = delete;
  ContentPainting& operator=(const ContentPainting&) = delete;

  const PictureForm& form() const { return form_; }
  // Returns true if painting still reads the content that the constructor was given. That content
  // must then not be freed.
  virtual bool reads_content() const = 0;
  // Returns how many multiply-accumulates painting the content once takes. The progress is measured
  // in them.
  virtual double work() const = 0;
  // Runs the steps that do not depend on the style, once for all styles.
  virtual void prepare(const RunOptions& run) = 0;
  // Paints the content into `picture`. The caller has checked that its size fits. `picture` may be
  // the content itself: a row is overwritten only after the content's row has been read for the
  // last time.
  virtual void paint_into(const MutableImageView& picture, const StyleVector& style,
                          const RunOptions& run) = 0;
  // Moves the transformers to `shelf`, from which the painting of the next content can take them.
  // This painting cannot be used afterwards.
  virtual void give_networks(NetworkShelf& shelf) = 0;

  // Paints the content and returns a picture of the type, size and channels that the options ask
  // for.
  Image paint(const StyleVector& style, const RunOptions& run);

 protected:
  // Returns the size of the picture that paint() returns if PaintOptions::raw is set.
  virtual Size raw_size() const = 0;

 private:
  PictureForm form_;
};

// Returns the object that paints a content. Uses transformers from `shelf` that fit, and frees the
// others. `outside` is the style outside the mask, if there is one. If `repeated` is true, the
// object may paint several times, and the caller may free the content as soon as this function has
// returned.
std::unique_ptr<ContentPainting> start_painting(const Model& model, const ImageView& content,
                                                const PaintOptions& options,
                                                std::optional<StyleVector> outside,
                                                const RunOptions& run, bool repeated,
                                                NetworkShelf& shelf);

// Returns the sizes at which the brush paints a content, from small to large. The last one is
// `size`. Without the brush it is the only one.
std::vector<Size> painted_sizes(const PaintOptions& options, Size size);
// Returns true if the whole painting must be stored before the picture is written. This is so for
// several sizes and for retouching.
bool is_staged(const PaintOptions& options, Size size);
// Returns how many multiply-accumulates the transformer takes to paint a content of this size once.
double transformer_work(const Model& model, Size size);

}  // namespace nst
