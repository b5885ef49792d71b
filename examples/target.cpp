// SPDX-License-Identifier: MIT
#include "target.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "table.hpp"

namespace command_line {

namespace {

klgrid::Vector<double> to_vector(const std::vector<double>& values) {
  return Eigen::Map<const klgrid::Vector<double>>(values.data(), static_cast<klgrid::Index>(values.size()));
}

template <class... Values>
std::string format(const char* text, Values... values) {
  char buffer[200];
  std::snprintf(buffer, sizeof buffer, text, values...);
  return buffer;
}

double rounded(double x) { return std::stod(format("%.12g", x)); }

/// From low to high, rounded outwards to tens of steps, in steps of 1, 2 or 5 times a power of ten.
AxisOption::Range round_range(double low, double high, double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  double nice = power;
  for (const double leading : {2.0, 5.0, 10.0})
    if (leading * power <= step * (1 + 1e-9)) nice = leading * power;
  const double tens = 10 * nice;
  return {rounded(std::floor(low / tens + 1e-9) * tens), rounded(std::ceil(high / tens - 1e-9) * tens), rounded(nice)};
}

/// The share of each node as a Gaussian as wide as the node's weight.
klgrid::GaussianMixture<double> nodes_of(const klgrid::GridDensity<double>& p) {
  const klgrid::Vector<double> shares = p.grid().weights() * p.pdf();
  return klgrid::GaussianMixture<double>::normalized(shares, p.grid().nodes(), p.grid().weights());
}

/// The library's words for the argument of an option: "GaussianMixture: means[1] must be ..." names --means.
std::string option_of(const std::string& message) {
  const auto begin = message.find(": ") + 2;
  return "--" + message.substr(begin, message.find_first_of("[ ", begin) - begin);
}

}  // namespace

std::string percent(double log_share) {
  const double share = 100 * std::exp(log_share);
  return share < 1e-9 ? "nothing" : format("%.3g %%", share);
}

Extent::Extent(const klgrid::GaussianMixture<double>& p) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  low = begin = narrowest = infinity;
  high = end = -infinity;
  for (klgrid::Index k = 0; k < p.components(); ++k) {
    if (!(p.weights()[k] > 0)) continue;
    const double mean = p.means()[k];
    const double stddev = p.stddevs()[k];
    low = std::min(low, mean - 2 * stddev);
    high = std::max(high, mean + 2 * stddev);
    begin = std::min(begin, mean - 7 * stddev);
    end = std::max(end, mean + 7 * stddev);
    narrowest = std::min(narrowest, stddev);
  }
  const double reach = 4 * std::sqrt(p.variance());
  begin = std::min(begin, p.mean() - reach);
  end = std::max(end, p.mean() + reach);
}

Extent::Extent(const klgrid::GridDensity<double>& p) {
  const auto& x = p.grid().nodes();
  begin = x[0];
  end = x[x.size() - 1];
  narrowest = (end - begin) / static_cast<double>(x.size() - 1);
  low = begin;
  high = end;
  constexpr double left_out = 1e-3;
  double mass = 0;
  for (klgrid::Index i = 0; i < x.size(); ++i) {
    if (mass <= left_out) low = x[i];
    if (mass < 1 - left_out) high = x[i];
    mass += p.grid().weights()[i] * p.pdf()[i];
  }
  if (!(low < high)) low = begin, high = end;
}

AxisOption::Range Extent::x() const {
  constexpr double most_nodes = 1e5;
  return round_range(begin, end, std::max(std::min((end - begin) / 400, narrowest / 2), (end - begin) / most_nodes));
}

AxisOption::Range Extent::mu() const { return round_range(low, high, (high - low) / 100); }

AxisOption::Range Extent::sigma() const {
  const double step = mu()[2];
  return {step, rounded(step * std::ceil((high - low) / step)), step};
}

void TargetOptions::add_to(Program& program) {
  program_ = &program;
  program.add("--weights", weights_, "Weights of the mixture p, of sum 1");
  program.add("--means", means_, "Means of its components");
  program.add("--stddevs", stddevs_, "Standard deviations of its components");
  program.add_file("--mixture", mixture_, "Instead, a file's mixture: columns weight,mean,stddev; - is standard input");
  program.add_file("--samples", samples_, "Instead, the kernel density of a file's samples: one number a line");
  program.add("--column", column_, "Name of the samples' column, if the file has several");
  program.add("--bandwidth", bandwidth_, "Standard deviation of the kernels, or a rule: silverman or scott");
  program.add_file("--density", density_,
                   "Instead, a density on a file's nodes: columns x,density or x,log_density, of any mass, any nodes");
}

Target TargetOptions::read() const {
  std::vector<std::string> sources;
  for (const auto* source : {"--weights", "--means", "--stddevs"})
    if (sources.empty() && program_->given(source)) sources.emplace_back(source);
  for (const auto* source : {"--mixture", "--samples", "--density"})
    if (program_->given(source)) sources.emplace_back(source);
  if (sources.size() > 1) throw OptionError(sources[1] + ": not together with " + sources[0] + ", each is all of p");
  for (const auto* option : {"--column", "--bandwidth"})
    if (program_->given(option) && !program_->given("--samples"))
      throw OptionError(std::string(option) + ": is of --samples, which is not given");
  if (program_->given("--density")) return from_option("--density", [&] { return read_density(); });
  if (program_->given("--samples")) return read_samples();
  if (program_->given("--mixture"))
    return from_option("--mixture", [&] {
      const auto p = read_mixture(*program_, mixture_);
      const std::string name = format("mixture of %d Gaussians of ", static_cast<int>(p.components())) + mixture_;
      return Target{name, p, {}, Extent(p), true};
    });
  try {
    const klgrid::GaussianMixture<double> p(to_vector(weights_), to_vector(means_), to_vector(stddevs_));
    return {format("mixture of %d Gaussians", static_cast<int>(p.components())), p, {}, {}, true};
  } catch (const std::invalid_argument& refused) {
    throw OptionError(option_of(refused.what()) + ": " + refused.what());
  }
}

Components components_of(const Table& table) {
  return {table.column("weight", Table::non_negative), table.column("mean", Table::finite),
          table.column("stddev", Table::positive)};
}

klgrid::GaussianMixture<double> read_mixture(Program& program, const std::string& file) {
  const Table table(file);
  const auto [weights, means, stddevs] = components_of(table);
  const auto p = klgrid::GaussianMixture<double>::normalized(weights, means, stddevs);
  const double sum = p.given_weight_sum();
  if (std::abs(sum - 1) > 1e-12 * static_cast<double>(p.components()))
    program.warn_at_end([name = table.file(), sum] {
      return "the weights of " + name + " are divided by their sum, " + format("%.15g", sum);
    });
  return p;
}

Target TargetOptions::read_samples() const {
  const auto [file, samples] = from_option("--samples", [&] {
    const Table table(samples_);
    return std::pair(table.file(), program_->given("--column") ? table.column(column_, Table::finite)
                                                               : table.only_column(Table::finite));
  });
  const auto kernels = [&, &samples = samples] {
    using Mixture = klgrid::GaussianMixture<double>;
    if (bandwidth_ == "silverman") return Mixture::kernel_density(samples, klgrid::BandwidthRule::silverman);
    if (bandwidth_ == "scott") return Mixture::kernel_density(samples, klgrid::BandwidthRule::scott);
    double width = 0;
    const auto* end = bandwidth_.data() + bandwidth_.size();
    if (std::from_chars(bandwidth_.data(), end, width).ptr != end || !(width > 0) || !std::isfinite(width))
      throw OptionError("--bandwidth: must be silverman, scott or a number > 0, got " + bandwidth_);
    return Mixture::kernel_density(samples, width);
  };
  const auto p = from_option("--samples: " + file, kernels);
  const auto name = format("kernel density of %lld samples of ", static_cast<long long>(samples.size())) + file +
                    format(", bandwidth %.4g", p.stddevs()[0]);
  return {name, p, {}, Extent(p), false};
}

Target TargetOptions::read_density() const {
  const Table table(density_);
  const bool logarithms = table.has("log_density");
  if (!table.has("x") || !(logarithms || table.has("density")))
    throw std::invalid_argument(table.file() + " has to have the columns x,density or x,log_density" +
                                (table.names().empty() ? ", and no line of names" : ", but has " + table.names()));
  const auto x = table.column("x", Table::finite);
  const klgrid::Vector<double> log_values = logarithms ? table.column("log_density", Table::below_infinity)
                                                       : table.column("density", Table::non_negative).log().eval();
  if (x.size() < 2) table.refuse(0, "x", "one of two or more");
  for (klgrid::Index i = 1; i < x.size(); ++i)
    if (!(x[i] > x[i - 1])) table.refuse(i, "x", "larger than in the line before");
  auto p = klgrid::GridDensity<double>::from_log_values(klgrid::Grid<double>::trapezoidal(x), log_values);
  const auto name = "density on " + std::to_string(x.size()) + " nodes of " + table.file();
  return {name, nodes_of(p), p, Extent(p), false};
}

void DomainOption::add_to(Program& program) {
  program_ = &program;
  program.add("--domain", domain_, "Sums over the grid of --x, or integrals over the real line", {"grid", "line"});
  x_.add_to(program, "Nodes of the grid; of a file's p, the default is a window that holds it");
  program.warn_at_end([this] { return warning_of_p(); });
  program.warn_at_end([this] { return warning_of_q(); });
}

const klgrid::GridDensity<double>& DomainOption::own_grid_density(const Target& target) const {
  if (is_line()) throw OptionError("--domain: line is for mixtures; what --density gives is known on its nodes only");
  if (program_->given(x_.name)) throw OptionError("--x: not together with --density, whose file gives the nodes");
  return *target.gridded;
}

klgrid::Grid<double> DomainOption::grid(const Target& target) const {
  if (target.gridded) return own_grid_density(target).grid();
  return x_.grid(target.extent ? std::optional(target.extent->x()) : std::nullopt);
}

void DomainOption::watch(const klgrid::Gaussian<double>& q, double log_mass) {
  q_.add(log_mass, [&] { return format("q at mu = %.6g, sigma = %.6g", q.mean(), q.stddev()); });
}

double log_mass(const klgrid::GridDensity<double>& p) { return p.log_mass(); }
double log_mass(const klgrid::RealLineDensity<double>&) { return 0; }
double log_mass(const klgrid::Gaussian<double>& q, const klgrid::GridDensity<double>& p) {
  return klgrid::GridDensity<double>(p.grid(), q).log_mass();
}
double log_mass(const klgrid::Gaussian<double>&, const klgrid::RealLineDensity<double>&) { return 0; }

void DomainOption::watch(const klgrid::NormalizedGaussianBank<double>& bank) {
  const auto& mesh = bank.mesh();
  for (klgrid::Index i = 0; i < mesh.rows(); ++i)
    for (klgrid::Index j = 0; j < mesh.cols(); ++j) {
      const klgrid::Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
      watch(q, bank.log_normalizer()(i, j) + q.log_pdf(bank.nearest_points()[j]));
    }
}

std::string DomainOption::warning_of_p() const {
  if (p_.apart == 0) return {};
  return (p_.log_share < 0 ? "the window of --x holds " : "the nodes of --x are too far apart for p, they count ") +
         percent(p_.log_share) + " of p, which is normalised there; --domain line has no window, --x " + p_.worst +
         " suits p";
}

std::string DomainOption::warning_of_q() const {
  if (q_.apart == 0) return {};
  const bool own_nodes = program_->given("--density");
  const std::string window = own_nodes ? "the file of --density" : "the window of --x";
  const std::string others = format(", and is off by more than 0.1 %% for %lld of %lld q",
                                    static_cast<long long>(q_.apart), static_cast<long long>(q_.all));
  return window + (q_.log_share < 0 ? " holds " : " has its nodes too far apart, they count ") + percent(q_.log_share) +
         " of the " + q_.worst + (q_.all > 1 ? others : "") + "; each q is normalised there; " +
         (own_nodes ? "give p on a wider or finer grid" : "--domain line has no window");
}

void MeshOptions::add_to(Program& program) {
  mu.add_to(program, "Means of the Gaussians q; of a file's p, the default covers it");
  sigma.add_to(program, "Standard deviations of the Gaussians q; of a file's p, the default suits it");
}

klgrid::ParameterMesh<double> MeshOptions::mesh(const Target& target) const {
  using Default = std::optional<AxisOption::Range>;
  const auto means = mu.axis(target.extent ? Default(target.extent->mu()) : Default());
  const auto stddevs = sigma.axis(target.extent ? Default(target.extent->sigma()) : Default());
  constexpr double most_cells = 1e7;
  if (static_cast<double>(means.size()) * static_cast<double>(stddevs.size()) > most_cells)
    throw OptionError(format("--mu, --sigma: %lld means by %lld standard deviations are more than %.0f cells",
                             static_cast<long long>(means.size()), static_cast<long long>(stddevs.size()), most_cells));
  return from_option(sigma.name, [&] { return klgrid::ParameterMesh<double>(means, stddevs); });
}

}  // namespace command_line
