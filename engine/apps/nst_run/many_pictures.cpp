#include "many_pictures.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "picture_report.hpp"
#include "platform/beside.hpp"
#include "terminal.hpp"
#include "work_list.hpp"

namespace nst::run {
namespace {

namespace fs = std::filesystem;

// The result of a call: its value, or the Error that it threw. Carries errors from one thread to
// another.
template <class T>
struct Outcome {
  std::optional<T> value;
  std::optional<Error> error;
};

template <class Call>
auto outcome_of(Call&& call) -> Outcome<decltype(call())> {
  try {
    return {call(), std::nullopt};
  } catch (const Error& error) {
    return {std::nullopt, error};
  }
}

// A painted picture that is not yet written to its file.
struct Painted {
  const Job* job;
  Image picture;
  std::shared_ptr<const Metadata> metadata;  // metadata of the content
  double seconds;                            // time that painting took
};

class ManyPictures {
 public:
  explicit ManyPictures(const PaintSettings& settings);

  int run();

 private:
  PictureNames names(const Job& job) const {
    return {input_name(contents_[job.content].path), style_names_[job.style], job.output};
  }
  void skip_existing();
  void encode_styles();
  int dry_run();
  int exit_code() const;
  Outcome<LoadedImage> decode(std::size_t content) const;
  void paint_content(std::size_t begin, std::size_t end, LoadedImage content,
                     Outcome<LoadedImage>& next);
  Painted paint(const Job& job, std::optional<Image>& content);
  void write();
  void report_written();
  Progress progress();

  const PaintSettings& o_;
  RunOptions run_;
  std::vector<ContentFile> contents_;
  std::vector<std::string> style_names_;
  std::vector<Job> jobs_;
  std::vector<std::optional<Style>> styles_;
  std::deque<std::vector<DecodedStyle>> decoded_;  // decoded styles, which styles_ refers to
  LookPictures look_;
  std::optional<Painter> painter_;
  std::optional<PictureReport> report_;
  ProgressBar bar_;
  Progress whole_;
  std::shared_ptr<const Metadata> metadata_;  // metadata of the content that is being painted
  std::optional<Painted> unwritten_;
  Outcome<Size> written_;  // size of the last written picture, or why writing it failed
};

// Returns the file extension of results in this format, with its dot. Returns "" for no format: a
// result then gets its content's extension.
std::string extension_of(const std::string& format) {
  if (format.empty()) return "";
  return format == "jpeg" ? ".jpg" : "." + format;
}

std::string mixture_name(const std::vector<StyleFile>& styles) {
  std::string name;
  for (const StyleFile& style : styles) name += (name.empty() ? "" : "+") + short_name(style.path);
  return name;
}

ManyPictures::ManyPictures(const PaintSettings& settings)
    : o_(settings),
      run_(settings.engine.run_options()),
      bar_(settings.engine.quiet || settings.dry_run),
      whole_(bar_.callback()) {
  std::vector<std::string> paths = o_.contents;
  if (!o_.files_from.empty()) {
    for (std::string& path : read_list(o_.files_from, o_.nul_separated)) {
      paths.push_back(std::move(path));
    }
  }
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (is_folder(o_.output.path) || !fs::is_directory(path, ignored)) continue;
    throw Error(ErrorCode::input, path + ": is a folder; paint its pictures into one: -o DIR/");
  }
  contents_ = find_contents(paths, o_.recursive, o_.output.path);
  if (contents_.empty()) throw Error(ErrorCode::usage, "--files-from: names no pictures");
  std::vector<std::string> inputs;
  for (const StyleFile& style : o_.styles) {
    inputs.push_back(style.path);
    if (!o_.mix) style_names_.push_back(short_name(style.path));
  }
  if (o_.mix) style_names_ = {mixture_name(o_.styles)};
  const std::size_t count = contents_.size() * style_names_.size();
  if (is_folder(o_.output.path)) {
    jobs_ = list_jobs(contents_, style_names_,
                      {o_.output.path, o_.name, extension_of(o_.output.format)}, inputs);
  } else if (count == 1) {
    (void)o_.output.picture_format();
    jobs_ = {{0, 0, o_.output.path}};
  } else {
    throw Error(ErrorCode::usage, "--output: " + std::to_string(count) +
                                      " pictures need a folder: -o " +
                                      fs::path(o_.output.path).replace_extension().string() + "/");
  }
  report_.emplace(o_.json, jobs_.size());
}

// Returns the path and format with which a job's result is written.
Output output_of(const Job& job, const PaintSettings& o) { return {job.output, o.output.format}; }

OutputFormat format_of(const Job& job, const PaintSettings& o) {
  return output_of(job, o).picture_format();
}

// Creates the folder that will contain the file `path`, and the missing folders above it.
void make_folder_of(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (!error) return;
  throw Error(ErrorCode::output, folder.string() + ": cannot make the folder: " + error.message());
}

void ManyPictures::skip_existing() {
  std::vector<Job> left;
  for (Job& job : jobs_) {
    std::error_code ignored;
    if (fs::exists(job.output, ignored)) {
      report_->skipped(names(job));
    } else {
      left.push_back(std::move(job));
    }
  }
  jobs_ = std::move(left);
}

// Encodes the styles. With --match-color a style depends on the content, so it is only decoded
// here, and encoded for each content. If a style cannot be used, all pictures in this style fail.
// If no style can be used, throws the first style's Error.
void ManyPictures::encode_styles() {
  const auto encode = [&](const std::vector<StyleFile>& files) -> Style {
    std::vector<DecodedStyle> decoded = read_style(o_, files);
    if (!o_.look.match_colour) return painter_->encode(style_of(o_, files, decoded), run_);
    return style_of(o_, files, decoded_.emplace_back(std::move(decoded)));
  };
  std::vector<Outcome<Style>> outcomes;
  if (o_.mix) {
    outcomes.push_back(outcome_of([&] { return encode(o_.styles); }));
  } else {
    for (const StyleFile& file : o_.styles) {
      outcomes.push_back(outcome_of([&] { return encode({file}); }));
    }
  }
  std::vector<Job> left;
  std::vector<bool> said(outcomes.size(), false);
  const bool has_any = std::any_of(outcomes.begin(), outcomes.end(),
                                   [](const auto& outcome) { return outcome.value.has_value(); });
  if (!has_any) throw *outcomes.front().error;
  for (Job& job : jobs_) {
    const Outcome<Style>& outcome = outcomes[job.style];
    if (outcome.value) {
      left.push_back(std::move(job));
    } else {
      report_->failed(names(job), *outcome.error, !said[job.style]);
      said[job.style] = true;
    }
  }
  jobs_ = std::move(left);
  for (Outcome<Style>& outcome : outcomes) styles_.push_back(std::move(outcome.value));
}

Outcome<LoadedImage> ManyPictures::decode(std::size_t content) const {
  const std::string& path = contents_[content].path;
  return outcome_of(
      [&] { return decode_picture(read_bytes(path), input_name(path), o_.reading()); });
}

// Prints a line for every picture of a dry run: "in.jpg, oil: 640x427, 21 MiB: out/in-oil.jpg".
int ManyPictures::dry_run() {
  const Model& model = painter_->model();
  std::optional<std::size_t> decoded;
  Outcome<LoadedImage> content;
  for (const Job& job : jobs_) {
    const bool is_new = decoded != job.content;
    if (is_new) content = decode(job.content);
    decoded = job.content;
    const auto plan = [&] {
      const Image& picture = content.value->image;
      const PaintOptions options = paint_options(o_, look_, format_of(job, o_), picture, "");
      const Size own{picture.width, picture.height};
      const Size size = apply(options.size, own);
      const PlanInfo info =
          plan_paint(model, own, options, o_.engine.threads, run_.max_memory_bytes);
      constexpr std::size_t kMiB = std::size_t{1} << 20;
      const std::size_t bytes = info.arena_bytes + info.scratch_bytes + info.picture_bytes;
      const PictureNames all = names(job);
      std::cout << all.content + ", " + all.style + ": " + std::to_string(size.width) + "x" +
                       std::to_string(size.height) + ", " +
                       std::to_string((bytes + kMiB - 1) / kMiB) + " MiB: " + all.output + "\n";
      return true;
    };
    if (content.error) {
      report_->failed(names(job), *content.error, is_new);
    } else if (const auto outcome = outcome_of(plan); outcome.error) {
      report_->failed(names(job), *outcome.error);
    }
  }
  return exit_code();
}

// Returns the exit code of the run. If the run had only one picture and that picture failed, throws
// its Error.
int ManyPictures::exit_code() const {
  if (const std::optional<Error> error = report_->only_error()) throw *error;
  return report_->failures() == 0 ? 0 : kSomeFailed;
}

// Returns a progress callback for the current picture. It reports the finished fraction of all
// pictures.
Progress ManyPictures::progress() {
  if (!whole_) return {};
  const std::size_t total = report_->count();
  const auto before = static_cast<double>(report_->finished() + (unwritten_ ? 1 : 0));
  const double rate = before / report_->seconds();
  char note[64];
  std::snprintf(note, sizeof note, "%.0f/%zu", before, total);
  return [this, before, total, rate, text = std::string(note)](double fraction) {
    const double left = (static_cast<double>(total) - before - fraction) / rate;
    char more[64] = "";
    if (rate > 0.0) {
      std::snprintf(more, sizeof more, "  %.2g/s  %d:%02d left", rate, static_cast<int>(left) / 60,
                    static_cast<int>(left) % 60);
    }
    bar_.set_note(text + more);
    return whole_((before + fraction) / static_cast<double>(total));
  };
}

Painted ManyPictures::paint(const Job& job, std::optional<Image>& content) {
  const auto start = report_->seconds();
  run_.progress = progress();
  if (content) {
    const std::string name = input_name(contents_[job.content].path);
    painter_->set_options(paint_options(o_, look_, format_of(job, o_), *content, name));
    painter_->set_content(content->view(), run_);
    content.reset();
  }
  Image picture = painter_->paint(*styles_[job.style], run_);
  return {&job, std::move(picture), metadata_, report_->seconds() - start};
}

// Writes the picture that was painted last. Runs on another thread while the next picture is
// painted, so it uses only unwritten_ and written_.
void ManyPictures::write() {
  written_ = {};
  if (!unwritten_) return;
  const Job& job = *unwritten_->job;
  written_ = outcome_of([&] {
    const ImageView view = unwritten_->picture.view();
    make_folder_of(job.output);
    output_of(job, o_).write(view, o_.picture.writing(*unwritten_->metadata));
    return Size{view.width, view.height};
  });
}

void ManyPictures::report_written() {
  if (!unwritten_) return;
  const PictureNames all = names(*unwritten_->job);
  if (written_.value) report_->painted(all, *written_.value, unwritten_->seconds);
  if (written_.error) report_->failed(all, *written_.error);
  unwritten_.reset();
}

// Paints the jobs [begin, end), which all have the same content. While the last job is painted,
// another thread reads the next content into `next`.
void ManyPictures::paint_content(std::size_t begin, std::size_t end, LoadedImage content,
                                 Outcome<LoadedImage>& next) {
  std::optional<Image> unset = std::move(content.image);
  metadata_ = std::make_shared<Metadata>(std::move(content.metadata));
  std::optional<Error> unusable;
  for (std::size_t i = begin; i < end; ++i) {
    Outcome<Painted> painted;
    const auto here = [&] {
      if (unusable) return;
      painted = outcome_of([&] { return paint(jobs_[i], unset); });
      if (painted.error && unset) unusable = painted.error;
    };
    const auto beside = [&] {
      write();
      if (i + 1 == end && end < jobs_.size()) next = decode(jobs_[end].content);
    };
    if (thread_count(o_.engine.threads) > 1) {
      run_beside(beside, here);
    } else {
      beside();
      here();
    }
    report_written();
    unwritten_ = std::move(painted.value);
    if (!unwritten_) {
      report_->failed(names(jobs_[i]), painted.error ? *painted.error : *unusable,
                      painted.error.has_value());
    }
  }
}

int ManyPictures::run() {
  if (o_.skip_existing) skip_existing();
  if (!jobs_.empty()) {
    painter_.emplace(open_model(o_.engine.model), PaintOptions{.any_style_space = o_.force});
    look_ = read_look(o_);
    if (o_.dry_run) return dry_run();
    encode_styles();
  }
  Outcome<LoadedImage> content;
  if (!jobs_.empty()) content = decode(jobs_.front().content);
  for (std::size_t begin = 0; begin < jobs_.size();) {
    std::size_t end = begin;
    while (end < jobs_.size() && jobs_[end].content == jobs_[begin].content) ++end;
    Outcome<LoadedImage> next;
    if (content.value) {
      paint_content(begin, end, *std::move(content.value), next);
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        report_->failed(names(jobs_[i]), *content.error, i == begin);
      }
    }
    const bool is_read = next.value || next.error;
    if (end < jobs_.size() && !is_read) next = decode(jobs_[end].content);
    content = std::move(next);
    begin = end;
  }
  write();
  report_written();
  report_->done(o_.report);
  return exit_code();
}

}  // namespace

int paint_many(const PaintSettings& settings) { return ManyPictures(settings).run(); }

}  // namespace nst::run
