// SPDX-License-Identifier: MIT
// The examples' files and options, as their users may write them: what is refused is refused by name, by exit code 2,
// and what is not gives numbers.
#include <sys/mman.h>
#include <unistd.h>

#include <iostream>
#include <klgrid/klgrid.hpp>
#include <sstream>
#include <string>

#include "fuzz.hpp"
#include "mixture_reader.hpp"
#include "table.hpp"
#include "target.hpp"

namespace {

using fuzz::law;

/// A file in memory, by a name that can be opened.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(memfd_create("fuzz", 0)) {
    law(write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "the file is written");
    name_ = "/proc/self/fd/" + std::to_string(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  int descriptor_;
  std::string name_;
};

/// What is said in the meantime.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), own_(stream.rdbuf(text_.rdbuf())) {}
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() { stream_.rdbuf(own_); }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* own_;
};

/// Only std::invalid_argument, and it names the file and, past the first lines, the line.
template <class Read>
void refused_by_name(const std::string& name, const Read& read) {
  try {
    read();
  } catch (const std::invalid_argument& refused) {
    const std::string what = refused.what();
    law(what.find(name) != std::string::npos || what.find("GaussianMixture") == 0, "an error names the file");
  }
}

void read_table(const std::string& text) {
  const MemoryFile file(text);
  refused_by_name(file.name(), [&] {
    const Table table(file.name());
    law(table.rows() > 0, "a table has rows");
    refused_by_name(file.name(), [&] {
      const auto values = table.only_column(Table::finite);
      law(values.size() == table.rows() && fuzz::finite(values), "a column of finite numbers");
    });
    refused_by_name(file.name(), [&] {
      const auto [weights, means, stddevs] = command_line::components_of(table);
      law(fuzz::non_negative(weights) && fuzz::finite(means) && fuzz::positive(stddevs), "columns keep their rules");
    });
  });
}

void read_mixtures(const std::string& text) {
  const MemoryFile file(text);
  refused_by_name(file.name(), [&] {
    MixtureReader reader(file.name());
    MixtureRecord record;
    std::size_t line = 0;
    while (reader.read(record)) {
      law(record.line > line, "records follow each other");
      line = record.line;
      const std::string id = record.id;
      law(from_csv_field(to_csv_field(id)) == id || id.find('"') != std::string::npos, "an id is read back");
      refused_by_name(file.name() + ":", [&] {  // the line at fault, of the record's first and those after it
        const auto p = reader.parse(record);
        law(p.weights().sum() > 0 && fuzz::finite(p.means()) && fuzz::positive(p.stddevs()), "a mixture is one");
      });
    }
  });
}

/// The program `divergence`, of less: the options between zero bytes, the file after them.
void run_program(const std::string& options, const std::string& text) {
  const MemoryFile file(text);
  std::vector<std::string> words{"fuzz"};
  std::istringstream stream(options);
  for (std::string word; stream >> word;) {
    const auto at = word.find('@');
    words.push_back(at == std::string::npos ? word : word.substr(0, at) + file.name() + word.substr(at + 1));
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());

  command_line::Program program("fuzz", "", {{"x", "y"}});
  command_line::TargetOptions target;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh;
  target.add_to(program);
  domain.add_to(program);
  mesh.add_to(program);
  const Captured out(std::cout), complaints(std::cerr);
  const int code = program.run(static_cast<int>(arguments.size()), arguments.data(), [&] {
    const auto p = target.read();
    law(p.mixture.weights().sum() > 0, "a target is a mixture");
    const auto of_x = domain.is_line() || domain.grid(p).size() < 5000;
    (void)mesh.mesh(p);
    if (p.mixture.components() > 20 || !of_x) return;  // valid, and slow
    domain.with_density(p, [&](const auto& density) {
      command_line::from_option("--x", [&] {
        const klgrid::Gaussian<double> q;
        domain.watch(q, density);
        law(klgrid::forward_kl(density, q) >= 0 && klgrid::reverse_kl(q, density) >= 0, "divergences of what was read");
      });
    });
  });
  const std::string said = complaints.text();
  law(code == 0 || code == 2, "an exit code of 0, or of 2 for an option at fault", code);
  law(code == 0 || said.find("fuzz: ") == 0, "a refusal is told");
  if (code != 0 && said.find("--") == std::string::npos && said.find("stands alone") == std::string::npos) {
    std::fprintf(stderr, "%s", said.c_str());
    law(false, "a refusal names its option");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read_table(text);
      break;
    case 1:
      read_mixtures(text);
      break;
    default: {
      const auto end = std::min(text.find('\n'), text.size());
      run_program(text.substr(0, end), text.substr(std::min(end + 1, text.size())));
    }
  }
  return 0;
}
