// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <utility>

#include "klgrid/detail/attempt.hpp"
#include "klgrid/real.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace klgrid::inline KLGRID_ABI {

/// Something that runs the tasks 0 .. tasks - 1, each once, in any order, on up to workers() threads: body(worker,
/// task) with 0 <= worker < workers(), no two tasks at a time under the same worker. Tasks share no result, so the
/// outcome is the same, bit for bit, for every executor.
template <class E>
concept Executor = requires(const E& run, void (*body)(Index, Index)) {
  { run.workers() } -> std::convertible_to<Index>;
  run(Index{}, body);
};

/// On the calling thread.
struct SerialExecutor {
  /// One.
  [[nodiscard]] Index workers() const noexcept { return 1; }

  /// body(0, task) for each task in order. What a task throws goes to the caller.
  template <class Body>
  void operator()(Index tasks, Body&& body) const {
    for (Index task = 0; task < tasks; ++task) body(Index{0}, task);
  }
};

#ifdef _OPENMP
/// On OpenMP's threads; there if the program is compiled with OpenMP. If a task throws, hardly any further tasks are
/// begun, those under way are finished, and the caller gets the exception of the first task in order that threw.
struct OpenMpExecutor {
  /// As many as OpenMP would start.
  [[nodiscard]] Index workers() const noexcept { return omp_get_max_threads(); }

  /// body(worker, task) for each task, in any order.
  template <class Body>
  void operator()(Index tasks, Body&& body) const {
    std::exception_ptr failure;
    Index failed = tasks;  // the first that threw
#pragma omp parallel for schedule(dynamic)
    for (Index task = 0; task < tasks; ++task) {
      Index last;
#pragma omp atomic read
      last = failed;
      if (task > last) continue;
      auto exception = detail::attempt([&] { body(static_cast<Index>(omp_get_thread_num()), task); });
      if (!exception) continue;
#pragma omp critical(klgrid_failure)
      if (task < failed) {
#pragma omp atomic write
        failed = task;
        failure = std::move(exception);
      }
    }
    if (failure) std::rethrow_exception(failure);
  }
};
#endif

static_assert(Executor<SerialExecutor>);

}  // namespace klgrid
