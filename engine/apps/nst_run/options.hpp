// Options that several commands share, and the values they take.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/naming.hpp"
#include "nst/nst.hpp"

namespace nst::run {

// -m, -t, --max-memory, -q.
struct EngineOptions {
  std::string model;  // empty: the embedded one
  int threads = 0;
  std::string max_memory;
  bool quiet = false;

  void add_to(CLI::App& app);
  // Opens the model on one thread while another calls `read_pictures`, where there are two. Throws
  // what either threw, the pictures' error before the model's.
  Model open_model_beside(const std::function<void()>& read_pictures) const;
  // Without a progress callback.
  RunOptions run_options() const;
};

// --style-size, --resize.
struct StyleSizeOptions {
  std::optional<int> style_size;  // empty: not asked for
  std::string resize = "smooth";

  void add_to(CLI::App& app);
  Resize method() const;
  // How `picture` is to be encoded as a style: a float (.npy) picture is left as it is, unless a
  // size was asked for.
  StyleOptions for_picture(const Image& picture) const;
};

void add_model_option(CLI::App& app, std::string& model);
void add_threads_option(CLI::App& app, int& threads);
// What -t means: itself, or for 0 as many as this process may use.
int thread_count(int threads);
// Decodes a picture as decode_image does and prints its warnings, a line each.
Image decode_picture(std::span<const std::uint8_t> bytes, const std::string& name,
                     const ReadOptions& options);
// The same for a picture that is encoded as a style: no larger than that needs, composed on white.
Image decode_painting(std::span<const std::uint8_t> bytes, const std::string& name,
                      const ReadOptions& options, const StyleSizeOptions& size);
// Opens a file, standard input for "-", or the embedded model for "".
Model open_model(const std::string& path);

// True if the path ends in `extension` (lower case, with its dot), whatever its case.
bool has_extension(const std::string& path, const std::string& extension);

// Parses; false if help or the version was asked for and printed. Throws Error{usage}.
bool parse(CLI::App& app, int argc, char** argv);

// "512M" → bytes: a positive number and K, M, G or T (powers of 1024) or nothing. Throws
// Error{usage}.
std::size_t parse_memory(const std::string& text);

// --size: "orig", "N" (the shorter side, as in Magenta's scripts; aspect kept) or "WxH".
struct SizeOption {
  std::string text = "orig";
  // Throws Error{usage}.
  SizeRule rule() const;
};

}  // namespace nst::run
