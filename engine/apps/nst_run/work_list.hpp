// Lists the pictures to paint: for each one the content, the style and the output file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nst::run {

// A content file: given on the command line, or found in a folder given there.
struct ContentFile {
  std::string path;
  // Path from the given folder to the folder that contains the file. "" if the file lies directly
  // in the given folder, or was given itself.
  std::string subfolder;
};

// One picture to paint: a content in a style.
struct Job {
  std::size_t content = 0;  // index in the list of contents
  std::size_t style = 0;    // index in the list of styles
  std::string output;       // path of the picture file to write
};

// The output folder of a run that paints many pictures, and how its files are named.
struct OutputFolder {
  std::string path;
  // Pattern of the file names, without extension: the value of the option --name.
  std::string name = "{content}-{style}";
  // The extension with its dot. "" means the content's extension, or .png if pictures cannot be
  // written in the content's format.
  std::string extension;
};

// Returns true if an output path means a folder: if the path ends in '/', or is an existing folder
// without a picture's extension.
bool is_folder(const std::string& path);

// Returns the contents in the order given. A folder is replaced by its pictures, sorted by name;
// with `recursive`, the pictures of its subfolders follow. Hidden files, files without a picture's
// extension, and everything below `output_folder` are left out. Throws Error{input} for a folder
// that cannot be read or has no pictures.
std::vector<ContentFile> find_contents(const std::vector<std::string>& paths, bool recursive,
                                       const std::string& output_folder);

// Reads a list of paths from the file `path` and returns them. Each path is on a line of its own;
// with `nul_separated`, each path ends with a NUL byte. Empty lines are left out. "-" reads
// standard input. Throws as read_bytes does.
std::vector<std::string> read_list(const std::string& path, bool nul_separated);

// Returns the file name without folder and extension, which replaces {content} or {style} in the
// names of results.
std::string short_name(const std::string& path);

// Returns one job for every pair of content and style, sorted by content. Every job has an output
// file of its own, and no output overwrites one of `contents` or `inputs`: if two names clash, a
// number is added. Throws Error{usage} if folder.name has an unknown placeholder or a '/'.
std::vector<Job> list_jobs(const std::vector<ContentFile>& contents,
                           const std::vector<std::string>& style_names, const OutputFolder& folder,
                           const std::vector<std::string>& inputs);

}  // namespace nst::run
