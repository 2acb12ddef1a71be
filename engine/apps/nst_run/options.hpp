// Options that several commands share, and the parsing of their values.
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

// The options -m, -t, --max-memory and -q.
struct EngineOptions {
  std::string model;  // path of the model file; empty: the embedded model
  int threads = 0;
  std::string max_memory;
  bool quiet = false;

  void add_to(CLI::App& app);
  // Opens the model on one thread while another calls `read_pictures`; with a single thread, one
  // after the other. Throws what either threw, the pictures' error first.
  Model open_model_beside(const std::function<void()>& read_pictures) const;
  // Returns the run options, without a progress callback.
  RunOptions run_options() const;
};

// The options --style-size and --resize.
struct StyleSizeOptions {
  std::optional<int> style_size;  // the option's value; empty: not given
  std::string resize = "smooth";

  void add_to(CLI::App& app);
  Resize method() const;
  // Returns how `picture` is encoded as a style. A float (.npy) picture is not resized, unless
  // --style-size is given.
  StyleOptions for_picture(const Image& picture) const;
};

// Add the options -m and -t to a command.
void add_model_option(CLI::App& app, std::string& model);
void add_threads_option(CLI::App& app, int& threads);
// Returns the number of threads for a value of -t: the value, or for 0 as many as this process may
// use.
int thread_count(int threads);
// Decodes a picture as decode_image does and prints its warnings, one per line.
Image decode_picture(std::span<const std::uint8_t> bytes, const std::string& name,
                     const ReadOptions& options);
// Decodes a picture for a style, as decode_picture does: no larger than the style needs, and
// composed on white.
Image decode_painting(std::span<const std::uint8_t> bytes, const std::string& name,
                      const ReadOptions& options, const StyleSizeOptions& size);
// Opens the model file at `path`: "-" is standard input, "" the embedded model.
Model open_model(const std::string& path);

// Returns true if the path ends in `extension` (lower case, with its dot), in upper or lower case.
bool has_extension(const std::string& path, const std::string& extension);

// Parses the arguments. Returns false if help or the version was requested, and printed. Throws
// Error{usage}.
bool parse(CLI::App& app, int argc, char** argv);

// Returns the bytes that a text like "512M" means: a positive number, and optionally K, M, G or T
// (powers of 1024). Throws Error{usage}.
std::size_t parse_memory(const std::string& text);

// The option --size: "orig", "N" (the shorter side, as in Magenta's scripts; aspect kept) or "WxH".
struct SizeOption {
  std::string text = "orig";
  // Returns the rule that the text means. Throws Error{usage}.
  SizeRule rule() const;
};

}  // namespace nst::run
