#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string_view>
#include <system_error>

#include "platform/beside.hpp"
#include "streams.hpp"

namespace nst::run {
namespace {

constexpr int kDefaultStyleSize = 256;

// Returns `text` as a positive integer. Returns 0 if it contains anything else.
template <typename Integer>
Integer positive(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

void add_model_option(CLI::App& app, std::string& model) {
  app.add_option("-m,--model", model,
                 "Model file made by nst-weights (default: the embedded model)")
      ->envname("NST_MODEL")
      ->type_name("FILE");
}

void add_threads_option(CLI::App& app, int& threads) {
  app.add_option("-t,--threads", threads, "Threads; 0 = as many as this process may use")
      ->envname("NST_THREADS")
      ->check(CLI::Range(0, 1024))
      ->type_name("N");
}

int thread_count(int threads) { return threads > 0 ? threads : available_threads(); }

LoadedImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name,
                           const ReadOptions& options) {
  LoadedImage loaded = decode_image(bytes, name, options);
  for (const std::string& warning : loaded.warnings) {
    std::cerr << "nst-run: warning: " + warning + "\n";
  }
  return loaded;
}

Image decode_painting(std::span<const std::uint8_t> bytes, const std::string& name,
                      const ReadOptions& options, const StyleSizeOptions& size) {
  // A picture that needs too much memory may be decoded at a reduced size, but at no less than
  // twice the final size. The final resize then still averages neighbouring pixels, so the result
  // hardly changes.
  ReadOptions reduced = options;
  reduced.least_side = 2 * size.style_size.value_or(kDefaultStyleSize);
  Image picture = decode_picture(bytes, name, reduced).image;
  return picture.channels == 4 ? compose(picture.view(), kWhite) : std::move(picture);
}

Model open_model(const std::string& path) {
  if (path.empty()) return Model::default_model();
  return path == "-" ? Model::open_memory(read_bytes(path), input_name(path)) : Model::open(path);
}

void EngineOptions::add_to(CLI::App& app) {
  add_model_option(app, model);
  add_threads_option(app, threads);
  app.add_option(
         "--max-memory", max_memory,
         "Working memory to stay within, in bytes or as 512M, 2G: large contents take a few "
         "percent longer, and what cannot be done is refused")
      ->envname("NST_MAX_MEMORY")
      ->type_name("BYTES");
  app.add_flag("-q,--quiet", quiet, "No progress bar");
}

Model EngineOptions::open_model_beside(const std::function<void()>& read_pictures) const {
  std::optional<Model> opened;
  const auto open = [&] { opened = open_model(model); };
  if (thread_count(threads) > 1) {
    run_beside(read_pictures, open);
  } else {
    read_pictures();
    open();
  }
  return *std::move(opened);
}

RunOptions EngineOptions::run_options() const {
  RunOptions options;
  options.threads = threads;
  if (!max_memory.empty()) options.max_memory_bytes = parse_memory(max_memory);
  return options;
}

void StyleSizeOptions::add_to(CLI::App& app, const char* group) {
  app.add_option("--style-size", style_size,
                 "Shorter side the style is resized to, 0 = not resized (default: 256; .npy: 0)")
      ->check(CLI::Range(0, 16384))
      ->type_name("N")
      ->group(group);
  app.add_option("--resize", resize,
                 "smooth: antialiased; tf: as tf.image.resize; tf1: as TensorFlow "
                 "1's resize_bilinear (default: smooth)")
      ->check(CLI::IsMember({"smooth", "tf", "tf1"}))
      ->type_name("METHOD")
      ->group(group);
}

Resize StyleSizeOptions::method() const {
  if (resize == "tf") return Resize::tf;
  return resize == "tf1" ? Resize::tf1 : Resize::smooth;
}

StyleOptions StyleSizeOptions::for_picture(const Image& picture) const {
  const int own_size = picture.type == SampleType::f32 ? 0 : kDefaultStyleSize;
  return {style_size.value_or(own_size), method()};
}

bool has_extension(const std::string& path, const std::string& extension) {
  std::string own = std::filesystem::path(path).extension().string();
  for (char& c : own) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return own == extension;
}

bool parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << '\n';
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::usage,
                std::string(error.what()) + "; see " + app.get_name() + " --help");
  }
  return false;
}

std::size_t parse_memory(const std::string& text) {
  constexpr std::string_view kUnits = "KMGT";
  std::string_view digits = text;
  int shift = 0;
  if (!digits.empty()) {
    const char unit = digits.back();
    const std::size_t place = kUnits.find(unit >= 'a' && unit <= 'z' ? char(unit - 32) : unit);
    if (place != std::string_view::npos) {
      shift = 10 * (static_cast<int>(place) + 1);
      digits.remove_suffix(1);
    }
  }
  const auto value = positive<std::size_t>(digits);
  if (value == 0 || value > (std::numeric_limits<std::size_t>::max() >> shift)) {
    throw Error(ErrorCode::usage,
                "--max-memory: " + quoted(text) + " is no amount; write bytes or e.g. 512M, 2G");
  }
  return value << shift;
}

SizeRule SizeOption::rule(Size picture) const {
  if (text == "orig") return {};
  std::string_view all = text;
  const bool only_shrinks = all.starts_with('<');
  if (only_shrinks) all.remove_prefix(1);
  const bool is_percent = all.ends_with('%');
  if (is_percent) all.remove_suffix(1);
  const std::size_t times = all.find('x');
  const int first = positive<int>(all.substr(0, times));
  const int second = times == std::string_view::npos ? 0 : positive<int>(all.substr(times + 1));
  const bool has_both = times != std::string_view::npos;
  if (first == 0 || has_both == (second == 0) || (has_both && is_percent)) {
    throw Error(ErrorCode::usage,
                "--size: " + quoted(text) + " is no size; write orig, 512, 50%, 640x480 or <512");
  }
  if (is_percent) {
    const auto part = [first](int side) {
      const std::int64_t scaled = (std::int64_t{side} * first + 50) / 100;
      constexpr std::int64_t kMost = std::numeric_limits<int>::max();
      return static_cast<int>(std::clamp<std::int64_t>(scaled, 1, kMost));
    };
    if (only_shrinks && first > 100) return {};
    return SizeRule{0, {part(picture.width), part(picture.height)}};
  }
  const SizeRule rule = has_both ? SizeRule{0, {first, second}} : SizeRule{first};
  const bool grows = has_both ? picture.width <= first && picture.height <= second
                              : std::min(picture.width, picture.height) <= first;
  return only_shrinks && grows ? SizeRule{} : rule;
}

}  // namespace nst::run
