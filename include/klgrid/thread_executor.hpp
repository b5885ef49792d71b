// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "klgrid/detail/attempt.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// On the threads of the standard library, the calling one among them; nothing is left running after a call.
///
/// If a task throws, no further tasks are begun, those under way are finished, and the caller gets the exception of the
/// first task in order that threw: the one that SerialExecutor would give. Should the system refuse a thread, fewer do
/// the work.
///
/// Cost: starts workers() - 1 threads a call, tens of microseconds each: for work of a millisecond and more. Link the
/// threads library where the system has one of its own (Threads::Threads in CMake).
class ThreadExecutor {
 public:
  /// As many workers as the machine runs threads at a time.
  ThreadExecutor() : workers_(std::max<Index>(1, static_cast<Index>(std::thread::hardware_concurrency()))) {}

  /// @throws std::invalid_argument unless workers >= 1.
  explicit ThreadExecutor(Index workers) : workers_(workers) {
    detail::require_that(workers >= 1, "ThreadExecutor", "workers", ">= 1", workers);
  }

  /// The most threads that work at a time.
  [[nodiscard]] Index workers() const noexcept { return workers_; }

  /// body(worker, task) for each task, in any order; returns when all are done.
  template <class Body>
  void operator()(Index tasks, Body&& body) const {
    std::atomic<Index> next{0};
    const auto used = static_cast<std::size_t>(std::clamp(tasks, Index{1}, workers_));
    std::vector<Failure> failures(used);
    const auto work = [&](std::size_t worker) {
      for (Index task = next++; task < tasks; task = next++) {
        if (auto exception = detail::attempt([&] { body(static_cast<Index>(worker), task); })) {
          failures[worker] = {task, std::move(exception)};
          next = tasks;
        }
      }
    };
    {
      Threads others(used - 1);
      for (std::size_t worker = 1; worker < used && others.start([&work, worker] { work(worker); });) ++worker;
      work(0);
    }
    const auto first = std::min_element(failures.begin(), failures.end(),
                                        [](const Failure& a, const Failure& b) { return a.task < b.task; });
    if (first->exception) std::rethrow_exception(first->exception);
  }

 private:
  struct Failure {
    Index task = (std::numeric_limits<Index>::max)();
    std::exception_ptr exception;
  };

  /// Joined at the end of its life.
  class Threads {
   public:
    explicit Threads(std::size_t most) { threads_.reserve(most); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() {
      for (auto& thread : threads_) thread.join();
    }

    /// False if the system has no thread to give.
    template <class Work>
    bool start(Work work) {
      return !detail::attempt([&] { threads_.emplace_back(std::move(work)); });
    }

   private:
    std::vector<std::thread> threads_;
  };

  Index workers_;
};

static_assert(Executor<ThreadExecutor>);

}  // namespace klgrid
