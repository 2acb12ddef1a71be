// nst-docs: the developer program that writes the man pages and the shells' completions of nst-run
// and nst-weights. Both come from the declarations of options that --help prints.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "apps/nst_docs/documents.hpp"

namespace {

namespace fs = std::filesystem;

// Writes a file, and its folder if that is missing.
void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path.string() + ": cannot write");
}

void write_documents(const fs::path& folder, const nst::docs::CommandText& program,
                     const std::string& other, const std::string& date) {
  const std::string& name = program.program;
  write(folder / "man" / (name + ".1"), nst::docs::man_page(program, other, date));
  write(folder / "bash" / name, nst::docs::bash_completion(program));
  write(folder / "zsh" / ("_" + name), nst::docs::zsh_completion(program));
  write(folder / "fish" / (name + ".fish"), nst::docs::fish_completion(program));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: nst-docs FOLDER DATE\n";
    return 2;
  }
  try {
    write_documents(argv[1], nst::docs::nst_run_text(), "nst-weights", argv[2]);
    write_documents(argv[1], nst::docs::nst_weights_text(), "nst-run", argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "nst-docs: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
