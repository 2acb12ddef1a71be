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
  // Opens the model on one thread while another thread calls `read_pictures`. With a single thread,
  // one happens after the other. Throws what either of them threw. If both failed, throws the error
  // of `read_pictures`.
  Model open_model_beside(const std::function<void()>& read_pictures) const;
  // Returns the options as RunOptions, without a progress callback.
  RunOptions run_options() const;
};

// The options --style-size and --resize, which say how a style picture is resized.
struct StyleSizeOptions {
  std::optional<int> style_size;  // value of --style-size; empty: the option is not given
  std::string resize = "smooth";

  // Adds the options to a command. `group` is their heading in --help.
  void add_to(CLI::App& app, const char* group = "Options");
  Resize method() const;
  // Returns the options for encoding `picture` as a style. A float picture (.npy) is resized only
  // if --style-size is given.
  StyleOptions for_picture(const Image& picture) const;
};

// Add the options -m and -t to a command.
void add_model_option(CLI::App& app, std::string& model);
void add_threads_option(CLI::App& app, int& threads);
// Returns the number of threads for a value of the option -t. 0 means as many threads as this
// process may use.
int thread_count(int threads);
// Decodes a picture as decode_image does and prints its warnings, one per line.
LoadedImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name,
                           const ReadOptions& options);
// Decodes a style picture and prints its warnings, one per line. A picture that needs too much
// memory may be decoded at a reduced size. An alpha channel is composed on white.
Image decode_painting(std::span<const std::uint8_t> bytes, const std::string& name,
                      const ReadOptions& options, const StyleSizeOptions& size);
// Opens the model file at `path`. "-" reads standard input; "" is the embedded model.
Model open_model(const std::string& path);

// Returns true if the path ends in `extension`, in upper or lower case. `extension` is given in
// lower case, with its dot.
bool has_extension(const std::string& path, const std::string& extension);

// Parses the arguments. Returns false after printing the help or the version, if the arguments ask
// for that. Throws Error{usage}.
bool parse(CLI::App& app, int argc, char** argv);

// Returns the number of bytes in a text like "512M": a positive number, then optionally K, M, G or
// T (powers of 1024). Throws Error{usage}.
std::size_t parse_memory(const std::string& text);

// The option --size. Its values are:
//
// - "orig": the picture's own size
// - "N": length of the shorter side, with the aspect kept, as in Magenta's scripts
// - "N%": a percentage of the picture's size
// - "WxH": both sides
// - "<" followed by any of these: the same, but a smaller picture keeps its size
struct SizeOption {
  std::string text = "orig";
  // Returns the rule by which a picture of size `picture` is resized. Throws Error{usage}.
  SizeRule rule(Size picture) const;
};

}  // namespace nst::run
