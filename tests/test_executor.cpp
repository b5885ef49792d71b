// SPDX-License-Identifier: MIT
// What an update costs beside arithmetic: no allocation after the first, and any executor.

// Eigen reports an allocation by its assertion; here that is an exception, in every build type.
#include <stdexcept>
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition)                           \
  do {                                                    \
    if (!(condition)) throw std::logic_error(#condition); \
  } while (false)

#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/line/bank.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/counting_new.hpp"
#include "support/notebook.hpp"

using klgrid::GaussianMixture;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::KlSurfaces;
using Bank = klgrid::NormalizedGaussianBank<double>;

namespace {

/// Counts the allocations of everything that runs while it lives; Eigen's throw.
class NoAllocations {
 public:
  NoAllocations() : before_(klgrid_test::allocations()) { Eigen::internal::set_is_malloc_allowed(false); }
  ~NoAllocations() { Eigen::internal::set_is_malloc_allowed(true); }
  NoAllocations(const NoAllocations&) = delete;
  NoAllocations& operator=(const NoAllocations&) = delete;
  [[nodiscard]] std::size_t seen() const { return klgrid_test::allocations() - before_; }

 private:
  std::size_t before_;
};

/// Each task on a thread of its own, one after the other, under changing worker numbers.
struct OneThreadATask {
  [[nodiscard]] Index workers() const { return 3; }
  template <class Body>
  void operator()(Index tasks, const Body& body) const {
    for (Index task = 0; task < tasks; ++task) std::thread([&] { body(task % 3, task); }).join();
  }
};
static_assert(klgrid::Executor<OneThreadATask>);
static_assert(!klgrid::Executor<int>);

}  // namespace

TEST_CASE("executor: an update allocates nothing after the first, alone or in a batch") {
  const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh());
  const GaussianMixture<double> first({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});
  const GaussianMixture<double> second({0.7, 0.3}, {-1.2, 2.5}, {0.1, 1.7});
  const auto third = GaussianMixture<double>::normalized({6, 3, 1}, {-1.2, 2.5, 0.0}, {0.1, 1.7, 1.0});
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{13}}) {
    CAPTURE(size);
    std::vector<GridDensity<double>> densities(size, GridDensity<double>(bank.grid(), first));
    std::vector<KlSurfaces<double>> surfaces(size);
    Bank::Workspace workspace;
    klgrid::kl_surfaces<Bank>(densities, bank, surfaces, workspace);
    const NoAllocations watch;
    for (const auto* mixture : {&second, &third}) {
      for (auto& density : densities) density.assign(*mixture);
      klgrid::kl_surfaces<Bank>(densities, bank, surfaces, workspace);
    }
    CHECK(watch.seen() == 0);
  }
}

TEST_CASE(
    "executor: derivatives allocate nothing after the first call either, and do not depend on the batch or on it") {
  using Out = klgrid::KlDerivativeSurfaces<double>;
  const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh(), {.highest_power = 4});
  std::vector<GridDensity<double>> densities;
  for (const double stddev : {0.1, 0.5, 1.0, 1.5, 2.0})
    densities.emplace_back(bank.grid(), GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {stddev, 1.0}));
  std::vector<Out> together(densities.size());
  std::vector<Out> threaded(densities.size());
  Bank::Workspace workspace, of_threads;
  klgrid::reverse_kl_derivatives<Bank, Out>(bank, densities, together, workspace);
  Out forward;
  klgrid::forward_kl_derivatives(densities[0], bank, forward);
  {
    const NoAllocations watch;
    klgrid::reverse_kl_derivatives<Bank, Out>(bank, densities, together, workspace);
    klgrid::forward_kl_derivatives(densities[0], bank, forward);
    CHECK(watch.seen() == 0);
  }
  klgrid::reverse_kl_derivatives<Bank, Out>(bank, densities, threaded, of_threads, OneThreadATask{});
  klgrid::KlGradientSurfaces<double> gradient;
  for (std::size_t i = 0; i < densities.size(); ++i) {
    const Out alone = klgrid::reverse_kl_derivatives(bank, densities[i]);
    klgrid::reverse_kl_derivatives(bank, densities[i], gradient, workspace);
    for (const Out* other : {&together[i], &threaded[i]}) {
      CHECK((other->value == alone.value).all());
      CHECK((other->d_mu == alone.d_mu).all());
      CHECK((other->d_log_sigma_log_sigma == alone.d_log_sigma_log_sigma).all());
    }
    CHECK((gradient.d_mu == alone.d_mu).all());
    CHECK((gradient.d_log_sigma == alone.d_log_sigma).all());
  }
}

TEST_CASE("executor: nor does an update on the real line, of as many panels") {
  using LineBank = klgrid::RealLineBank<double>;
  const LineBank bank(klgrid_test::notebook_mesh());
  for (const double weight : {0.0, 0.2}) {  // two components, and three
    const klgrid::RealLineDensity<double> p(
        GaussianMixture<double>({0.7 - weight, 0.3, weight}, {-1.2, 2.5, 0.5}, {0.1, 1.7, 0.3}));
    KlSurfaces<double> surfaces;
    LineBank::Workspace workspace;
    klgrid::kl_surfaces(p, bank, surfaces, workspace);
    const NoAllocations watch;
    klgrid::kl_surfaces(p, bank, surfaces, workspace);
    CHECK(watch.seen() == 0);
  }
}

TEST_CASE("executor: the watch sees what it is to see") {
  const NoAllocations watch;
  const std::vector<double> some(10);
  CHECK(watch.seen() == 1);
  CHECK_THROWS_AS(klgrid::Vector<double>(1000), std::logic_error);
}

TEST_CASE("executor: surfaces do not depend on it, bit for bit") {
  const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh());
  const GridDensity<double> p(bank.grid(), GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {0.1, 1.0}));
  KlSurfaces<double> serial;
  KlSurfaces<double> threaded;
  Bank::Workspace workspace;
  klgrid::kl_surfaces(p, bank, serial, workspace);
  klgrid::kl_surfaces(p, bank, threaded, workspace, OneThreadATask{});
  CHECK((serial.forward == threaded.forward).all());
  CHECK((serial.reverse == threaded.reverse).all());
}

TEST_CASE("executor: one bank, many threads, a workspace each") {
  const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh());
  const GridDensity<double> p(bank.grid(), GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {0.5, 1.0}));
  const auto expected = klgrid::kl_surfaces(p, bank);
  std::vector<KlSurfaces<double>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = klgrid::kl_surfaces(p, bank); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) {
    CHECK((result.forward == expected.forward).all());
    CHECK((result.reverse == expected.reverse).all());
  }
}

#ifdef _OPENMP
TEST_CASE("executor: OpenMP's threads, each task once and the same surfaces") {
  const klgrid::OpenMpExecutor run;
  CHECK(run.workers() >= 1);
  std::vector<int> times(1000, 0);
  std::atomic<bool> within{true};
  run(1000, [&](Index worker, Index task) {
    if (worker < 0 || worker >= run.workers()) within = false;
    ++times[static_cast<std::size_t>(task)];
  });
  CHECK(within);
  CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
  const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh());
  const GridDensity<double> p(bank.grid(), GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {0.1, 1.0}));
  const auto serial = klgrid::kl_surfaces(p, bank);
  KlSurfaces<double> threaded;
  Bank::Workspace workspace;
  klgrid::kl_surfaces(p, bank, threaded, workspace, run);
  CHECK((serial.forward == threaded.forward).all());
  CHECK((serial.reverse == threaded.reverse).all());
}

TEST_CASE("executor: OpenMP's threads hand the first exception in order to the caller") {
  for (const Index late : {3, 4}) {  // the first in order is the last to throw, or another one is
    std::string message;
    std::atomic<bool> begun{false};  // task 4, which would not be after task 3 has thrown
    try {
      klgrid::OpenMpExecutor{}(1000, [&](Index, Index task) {
        if (task == 4) begun = true;
        for (int n = 0; n < 100 && task == 3 && !begun; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (task == late) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (task >= 3 && task < 8) throw std::runtime_error(std::to_string(task));
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message == "3");
  }
}
#endif
