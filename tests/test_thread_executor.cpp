// SPDX-License-Identifier: MIT
#include "klgrid/thread_executor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using klgrid::Index;
using klgrid::SerialExecutor;
using klgrid::ThreadExecutor;

namespace {

/// Tasks that throw their own number if it is one of a few; the first takes its time, so that others may overtake it.
template <class Executor>
std::string failure_of(const Executor& run) {
  try {
    run(1000, [](Index, Index task) {
      if (task == 3) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (task >= 3 && task < 8) throw std::runtime_error(std::to_string(task));
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("ThreadExecutor: each task once, no two at a time under the same worker") {
  for (const Index workers : {1, 2, 3, 8}) {
    const ThreadExecutor run(workers);
    CHECK(run.workers() == workers);
    for (const Index tasks : {0, 1, 2, 7, 5000}) {
      std::vector<int> times(static_cast<std::size_t>(tasks), 0);
      std::vector<std::atomic<int>> busy(static_cast<std::size_t>(workers));
      std::atomic<bool> shared{false};
      run(tasks, [&](Index worker, Index task) {
        auto& mine = busy.at(static_cast<std::size_t>(worker));
        if (mine.fetch_add(1) != 0) shared = true;
        ++times[static_cast<std::size_t>(task)];
        mine.fetch_sub(1);
      });
      CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
      CHECK(!shared);
    }
  }
  CHECK(ThreadExecutor().workers() >= 1);
}

TEST_CASE("ThreadExecutor: several threads are at work") {
  const ThreadExecutor run(2);
  std::atomic<int> arrived{0};
  Index workers[] = {-1, -1};
  run(2, [&](Index worker, Index task) {  // ends only if both tasks run at a time
    workers[task] = worker;
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  CHECK(arrived == 2);
  CHECK(workers[0] + workers[1] == 1);  // each under its own
}

TEST_CASE("ThreadExecutor: the exception of a task is the caller's, the same one whatever thread was first") {
  CHECK(failure_of(SerialExecutor{}) == "3");
  for (int repeat = 0; repeat < 20; ++repeat)
    for (const Index workers : {1, 2, 4, 16}) CHECK(failure_of(ThreadExecutor(workers)) == "3");
}

TEST_CASE("ThreadExecutor: after an exception no task is begun, and none runs on") {
  const ThreadExecutor run(4);
  std::atomic<Index> begun{0};
  std::atomic<Index> ended{0};
  CHECK_THROWS_AS(run(1000000,
                      [&](Index, Index task) {
                        ++begun;
                        if (task == 100) throw std::runtime_error("enough");
                        ++ended;
                      }),
                  std::runtime_error);
  CHECK(begun == ended + 1);
  CHECK(begun < 1000000);
}

TEST_CASE("ThreadExecutor: bad input is named") {
  CHECK_THROWS_WITH_AS(ThreadExecutor(0), "ThreadExecutor: workers must be >= 1, got 0", std::invalid_argument);
}
