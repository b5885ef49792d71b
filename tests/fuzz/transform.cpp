// SPDX-License-Identifier: MIT
// The Gauss transform: E_q[z^k f] of any values at any nodes, within the tolerance that was asked for.
#include "klgrid/transform/gauss_transform.hpp"

#include "fuzz.hpp"
#include "klgrid/thread_executor.hpp"
#include "nodes.hpp"

namespace {

using fuzz::Index;
using fuzz::law;
using fuzz::Vector;
using fuzz::Wide;
using Transform = klgrid::GaussTransform<double>;

/// Other orders and other threads give the same bits.
void compare_executors(const Transform& transform, const Vector& f, const klgrid::Surface<double>& serial) {
  Transform::Workspace workspace;
  klgrid::Surface<double> threaded(serial.rows(), serial.cols());
  transform.expectation(
      0, 3, [&](Index) -> const Vector& { return f; }, workspace,
      [&](Index d, Index row, const auto& values) {
        if (d == 1) threaded.row(row) = values.row(0);
      },
      klgrid::ThreadExecutor(2));
  law((threaded == serial).all(), "the result does not depend on threads and batches");
}

void run(fuzz::Bytes& bytes) {
  const auto grid = fuzz::grid_from(bytes, 120);
  const auto mesh = fuzz::mesh_from(bytes, grid);
  if (!grid || !mesh) return;
  constexpr double most = 1e300;  // lengths, of which differences and sums are formed
  if (grid->nodes().abs().maxCoeff() > most || mesh->mu().abs().maxCoeff() > most || mesh->sigma().maxCoeff() > most ||
      mesh->sigma()[0] < 1 / most)
    return;
  Transform::Options options;
  options.tolerance = bytes.byte() % 4 ? options.tolerance : bytes.magnitude(1e-16, 0.2);
  options.highest_power = bytes.whole(0, 5);
  if (bytes.byte() % 4 == 0) options.moments = {1, 2, 6};
  options.entropy = bytes.byte() % 2;
  const bool valid = options.tolerance >= 8 * fuzz::epsilon && options.tolerance <= 0.1 && options.highest_power <= 4;
  std::optional<Transform> made;
  if (!fuzz::accepted(valid, "GaussTransform refuses what is out of range and that alone",
                      [&] { made.emplace(*grid, *mesh, options); }))
    return;
  Vector f(grid->size());
  const bool smooth = bytes.byte() % 2;
  const double size = bytes.byte() % 8 ? 1 : bytes.magnitude(1e-300, 1e300);
  for (Index i = 0; i < f.size(); ++i)
    f[i] = size * (smooth ? std::sin(static_cast<double>(i) / 7) : bytes.uniform(-1, 1));

  fuzz::describe = [&] {
    fuzz::print("nodes", grid->nodes());
    fuzz::print("weights", grid->weights());
    fuzz::print("f", f);
    fuzz::print("mu", mesh->mu());
    fuzz::print("sigma", mesh->sigma());
    std::fprintf(stderr, "tolerance %.17g, highest power %d\n", options.tolerance, options.highest_power);
  };
  Index next = 0;
  for (const auto& step : made->plan()) {
    law(step.first_row == next && step.rows > 0, "the plan covers each row once");
    next += step.rows;
  }
  law(next == mesh->rows(), "the plan covers each row once");

  law(!made->log_normalizer().isNaN().any(), "log Z is a number");
  std::vector<klgrid::Surface<double>> computed;
  for (int power = 0; power <= options.highest_power; ++power) computed.push_back(made->expectation(f, power));
  if (bytes.byte() % 16 == 0) compare_executors(*made, f, computed[0]);
  const double sum = grid->weights().sum();
  for (const double w : grid->weights())
    if (w > 0 && w / sum / 4 < std::numeric_limits<double>::min()) return;  // a share without digits
  for (int sample = 0; sample < 4; ++sample) {
    const Index row = bytes.whole(0, static_cast<int>(mesh->rows()) - 1);
    const Index col = bytes.whole(0, static_cast<int>(mesh->cols()) - 1);
    const fuzz::Cell cell(*grid, mesh->mu()[col], mesh->sigma()[row]);
    Wide largest = 0;
    for (Index i = 0; i < f.size(); ++i)
      if (grid->weights()[i] > 0) largest = std::max<Wide>(largest, std::abs(f[i]));
    const auto check = [&](double value, int power, Wide unit, const auto& values) {
      Wide exact = 0, scale = 0, logarithms = 0;
      for (Index i = 0; i < f.size(); ++i) {
        if (!(cell.q[static_cast<std::size_t>(i)] > 0)) continue;
        const Wide term = cell.q[static_cast<std::size_t>(i)] * std::pow(cell.z[static_cast<std::size_t>(i)], power);
        exact += term * values(i);
        scale += std::abs(term);
        logarithms += std::abs(term * cell.log_q[static_cast<std::size_t>(i)]);
      }
      // Roundings of log q are relative, and count where q's mass is far from its mean.
      const Wide allowed = unit * (options.tolerance * std::max<Wide>(1, scale) + 4 * fuzz::epsilon * logarithms);
      if (!(std::max<Wide>(1, unit) * scale <= std::numeric_limits<double>::max() / 1e3))
        return;  // beyond the range of double
      law(std::abs(value - exact) <= allowed, "E_q[z^k f] within the tolerance: k, value, exactly, allowed, mu, sigma",
          power, value, exact, allowed, mesh->mu()[col], mesh->sigma()[row]);
    };
    for (int power = 0; power <= options.highest_power; ++power)
      check(computed[static_cast<std::size_t>(power)](row, col), power, largest, [&](Index i) -> Wide { return f[i]; });
    for (const int power : options.moments)
      check(made->moment(power)(row, col), power, 1, [](Index) { return Wide(1); });
    // Log Z is counted from the logarithm of all weights.
    const Wide log_weights = std::abs(std::log(sum));
    const auto near = [&](double value, Wide exact, Wide besides = 0) {
      const double share = std::max(options.tolerance, 96 * fuzz::epsilon);
      return std::abs(value - exact) <=
             share * std::max<Wide>(1, std::abs(exact)) + 4 * fuzz::epsilon * (log_weights + besides);
    };
    const double log_normalizer = made->log_normalizer()(row, col);
    law(near(log_normalizer, cell.log_normalizer), "log Z: value, exactly, mu, sigma", log_normalizer,
        cell.log_normalizer, mesh->mu()[col], mesh->sigma()[row]);
    if (options.entropy)
      law(near(made->entropy()(row, col), cell.entropy, cell.squares + std::abs(cell.log_normalizer)),
          "H(q): value, exactly, log Z, mu, sigma", made->entropy()(row, col), cell.entropy, log_normalizer,
          mesh->mu()[col], mesh->sigma()[row]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::one_input(run, data, size);
}
