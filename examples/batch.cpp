// SPDX-License-Identifier: MIT
// A filter: mixtures in, the best Gaussians of each out, one row a mixture.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "minima.hpp"
#include "mixture_reader.hpp"

namespace {

constexpr auto description = R"(The Gaussians nearest to each of many mixtures p on the real line: a filter, one row a
mixture in the order of the input, in the memory of 64 mixtures a thread.

Input: columns id,weight,mean,stddev, the rows of one id together; or one JSON object a line,
  {"id": "a", "weights": [1, 3], "means": [-3, 3], "stddevs": [1, 1]}
Weights are in proportion: they are divided by their sum.

A mixture that is refused gets a row of status refused, and a line on standard error with its place, its id and what is
wrong. Exit code: 0; 3 if a mixture was refused; 2 if an option is, or all of the input; 1 if anything else fails.)";

const std::vector<command_line::Column> columns{
    {"id", "of the mixture"},
    {"forward_mu", "mean of the q that D(p||q) is least for"},
    {"forward_sigma", "its standard deviation"},
    {"forward_kl", "D(p||q) at this q, nats"},
    {"reverse_mu", "mean of the q that D(q||p) is least for"},
    {"reverse_sigma", "its standard deviation"},
    {"reverse_kl", "D(q||p) at this q, nats"},
    {"reverse_minima", "how many minima D(q||p) has"},
    {"status", "converged; refused, and no numbers; or why no minimum of D(q||p) was found, as degenerate"}};

/// Says how far it is, on standard error where that is a terminal, four times a second.
class Progress {
 public:
  void show(std::size_t mixtures, std::size_t refused, bool at_end = false) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || (now - last_ < std::chrono::milliseconds(250) && !at_end)) return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r%zu mixtures, %.0f a second, %zu refused%s", mixtures,
                 static_cast<double>(mixtures) / seconds, refused, at_end ? "\n" : "");
  }

  /// Takes the line away, for a message.
  void clear() const {
    if (is_terminal_) std::fputs("\r\x1b[K", stderr);
  }

 private:
#ifdef _WIN32
  bool is_terminal_ = _isatty(2) != 0;
#else
  bool is_terminal_ = isatty(2) != 0;
#endif
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
};

struct Row {
  std::string text;
  std::string complaint;  // of a mixture that is refused
};

/// The least of p's minima or, if there is none, where the lowest descent ended, and why.
Minimum best_of(const std::vector<Minimum>& minima, const klgrid::RealLineDensity<double>& p) {
  if (!minima.empty()) return minima.front();
  const auto lowest = klgrid::fit_reverse(p, klgrid::starting_points(p.mixture()));
  return {lowest.q, lowest.value, lowest.status};
}

Row row_of(const MixtureReader& reader, MixtureRecord& record) {
  try {
    const klgrid::RealLineDensity<double> p(reader.parse(record));
    const auto cover = klgrid::fit_forward(p);
    const auto minima = reverse_minima(p);
    const auto seek = best_of(minima, p);
    for (const double each :
         {cover.q.mean(), cover.q.stddev(), cover.value, seek.q.mean(), seek.q.stddev(), seek.value})
      if (!std::isfinite(each)) throw std::invalid_argument("the best Gaussians are out of a double's range");
    const auto status = cover.status == klgrid::FitStatus::converged ? seek.status : cover.status;
    std::ostringstream row;
    klgrid::write_csv_row(row, to_csv_field(record.id), cover.q.mean(), cover.q.stddev(), cover.value, seek.q.mean(),
                          seek.q.stddev(), seek.value, minima.size(), to_string(status));
    return {row.str(), {}};
  } catch (const std::invalid_argument& refused) {
    const auto place = record.id.empty() ? "" : "id " + record.id + ": ";
    return {to_csv_field(record.id) + ",,,,,,,,refused\n", place + refused.what()};
  }
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program("batch", description, columns);
  std::string mixtures = "-", header = "yes";
  int threads = 1;
  command_line::OutputOption output;
  program.add_file("--mixtures", mixtures, "File of mixtures, - for standard input");
  program.add("--threads", threads, 1, "Threads that fit");
  program.add("--header", header, "A line of names above the rows", {"yes", "no"});
  output.add_to(program);

  std::size_t refused = 0;
  const int code = program.run(argc, argv, [&] {
    auto reader = command_line::from_option("--mixtures", [&] { return MixtureReader(mixtures); });
    const klgrid::ThreadExecutor run(threads);
    auto records = command_line::from_option(
        "--threads", [&] { return std::vector<MixtureRecord>(64 * static_cast<std::size_t>(threads)); });
    std::vector<Row> rows(records.size());
    Progress progress;
    output.stream([&](std::ostream& out) {
      if (header == "yes") program.write_header(out);
      std::size_t all = 0;
      for (std::size_t count = 1; count > 0 && out.flush(); all += count) {
        count = 0;
        while (count < records.size() && reader.read(records[count])) ++count;
        run(static_cast<klgrid::Index>(count), [&](klgrid::Index, klgrid::Index task) {
          const auto i = static_cast<std::size_t>(task);
          rows[i] = row_of(reader, records[i]);
        });
        for (std::size_t i = 0; i < count; ++i) {
          out << rows[i].text;
          if (rows[i].complaint.empty()) continue;
          progress.clear();
          std::cerr << "batch: " << rows[i].complaint << '\n';
          ++refused;
        }
        progress.show(all + count, refused);
      }
      progress.show(all, refused, true);
    });
  });
  return code == 0 && refused > 0 ? 3 : code;
}
