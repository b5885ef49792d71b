// SPDX-License-Identifier: MIT
// References of problems 0, 1, ... take most of a search's time, and depend on neither the headers nor the flags: they
// are made by all threads, and kept in a file for the next search.
#pragma once

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "random_search/random_search.hpp"

namespace random_search {

/// Records are plain numbers. A file is one program's at a time.
template <class Record>
class KeptReferences {
 public:
  /// Without a path nothing is kept.
  explicit KeptReferences(std::string path) : path_(std::move(path)) {}

  /// Those of problems first, first + 1, ...: problem after problem, from 0 on, if they are to be kept.
  template <class Problem, class Make>
  std::vector<Record> of(long first, const std::vector<Problem>& problems, const Make& make) const {
    std::vector<Record> records(problems.size());
    const std::size_t known = read(first, records);
    std::atomic<std::size_t> next = known;
    const auto work = [&] {
      for (std::size_t i = next++; i < records.size(); i = next++) records[i] = make(problems[i]);
    };
    std::vector<std::thread> threads;
    for (unsigned t = 1; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();
    append(first, records, known);
    return records;
  }

 private:
  std::size_t read(long first, std::vector<Record>& records) const {
    std::ifstream file(path_, std::ios::binary);
    if (path_.empty() || !file) return 0;
    file.seekg(first * static_cast<long>(sizeof(Record)));
    file.read(reinterpret_cast<char*>(records.data()), static_cast<std::streamsize>(records.size() * sizeof(Record)));
    return static_cast<std::size_t>(file.gcount()) / sizeof(Record);
  }

  /// Over what was cut off, if a program ended while it wrote.
  void append(long first, const std::vector<Record>& records, std::size_t known) const {
    if (path_.empty() || known == records.size()) return;
    std::ofstream(path_, std::ios::app);  // makes it
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp((first + static_cast<long>(known)) * static_cast<long>(sizeof(Record)));
    file.write(reinterpret_cast<const char*>(records.data() + known),
               static_cast<std::streamsize>((records.size() - known) * sizeof(Record)));
    if (!file.flush()) fail("cannot write " + path_);
  }

  std::string path_;
};

}  // namespace random_search
