// SPDX-License-Identifier: MIT
// Random nodes, weights, mixtures and meshes of every class, in double; every scalar works on the numbers that it can
// hold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/real.hpp"
#include "random_search/random_search.hpp"

namespace random_search::on_grid {

using klgrid::Index;
using klgrid::Vector;

class Random {
 public:
  explicit Random(const std::mt19937_64& engine) : engine_(engine) {}
  double operator()(double from, double to) {
    return from + (to - from) * (static_cast<double>(engine_() >> 11) * 0x1p-53);
  }
  Index whole(Index from, Index to) {
    return from + static_cast<Index>(engine_() % static_cast<unsigned long>(to - from + 1));
  }
  double magnitude(double from, double to) { return std::exp((*this)(std::log(from), std::log(to))); }

 private:
  std::mt19937_64 engine_;
};

template <class F>
std::vector<double> list(Index size, const F& f) {
  std::vector<double> values;
  for (Index i = 0; i < size; ++i) values.push_back(f(i));
  return values;
}

struct Nodes {
  std::vector<double> x;
  double begin, width;  // of the window that the other input is laid out in
};

struct Mixture {
  std::vector<double> weights, means, stddevs;
};

struct Mesh {
  std::vector<double> mu, sigma;
};

template <class F>
struct Class {
  const char* name;
  F make;
};

inline Nodes window(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const double width = x.back() - x.front();
  return {x, x.front(), width > 0 ? width : 1};
}

inline const std::vector<Class<std::function<Nodes(Random&)>>> node_classes = {
    {"uniform",
     [](Random& r) {
       const double first = r(-20, 20), step = r.magnitude(1e-3, 1);
       return window(list(r.whole(30, 200), [&](Index i) { return first + static_cast<double>(i) * step; }));
     }},
    {"clustered",
     [](Random& r) {
       const auto centers = list(r.whole(2, 5), [&](Index) { return r(-10, 10); });
       return window(list(r.whole(30, 150), [&](Index i) {
         return centers[static_cast<std::size_t>(i) % centers.size()] + r.magnitude(1e-5, 0.3);
       }));
     }},
    {"log-spaced",
     [](Random& r) {
       const double first = r.magnitude(1e-6, 1e-1), ratio = r(1.02, 1.3);
       return window(list(r.whole(30, 100), [&](Index i) { return first * std::pow(ratio, static_cast<double>(i)); }));
     }},
    {"Chebyshev",
     [](Random& r) {
       const Index n = r.whole(20, 150);
       return window(list(n, [&](Index i) {
         return 5 * std::cos(3.14159265358979 * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
       }));
     }},
    {"one node", [](Random& r) { return window({r(-5, 5)}); }},
    {"two nodes",
     [](Random& r) {
       return window({r(-5, 5), r(-5, 5)});
     }},
    {"repeated",
     [](Random& r) {
       auto x = list(r.whole(10, 60), [&](Index) { return r(-4, 4); });
       for (std::size_t i = 0; i + 3 < x.size(); i += 3) x[i + 1] = x[i];
       return window(x);
     }},
    {"offset",
     [](Random& r) {
       const double origin = std::ldexp(1.0, static_cast<int>(r.whole(8, 33)));
       const double step = r.magnitude(1e-3, 1);
       return window(list(r.whole(30, 150), [&](Index i) { return origin + static_cast<double>(i) * step; }));
     }},
    {"random", [](Random& r) { return window(list(r.whole(3, 150), [&](Index) { return r(-10, 10); })); }},
};

inline const std::vector<Class<std::function<std::vector<double>(Random&, Index)>>> weight_classes = {
    {"equal",
     [](Random& r, Index n) { return std::vector<double>(static_cast<std::size_t>(n), r.magnitude(1e-3, 10)); }},
    {"some zero",
     [](Random& r, Index n) {
       auto w = list(n, [&](Index) { return r(0, 1) < 0.3 ? 0 : r(0.1, 1); });
       w[static_cast<std::size_t>(r.whole(0, n - 1))] = 1;
       return w;
     }},
    {"ratio 1e12", [](Random& r, Index n) { return list(n, [&](Index) { return r.magnitude(1e-12, 1); }); }},
};

inline Mixture mixture(Random& r, Index components, const std::function<double()>& mean,
                       const std::function<double()>& stddev) {
  return {list(components, [&](Index) { return r(0.1, 1); }), list(components, [&](Index) { return mean(); }),
          list(components, [&](Index) { return stddev(); })};
}

inline const std::vector<Class<std::function<Mixture(Random&, const Nodes&)>>> mixture_classes = {
    {"tame",
     [](Random& r, const Nodes& n) {
       return mixture(
           r, r.whole(1, 3), [&] { return n.begin + r(0, 1) * n.width; }, [&] { return r(0.05, 0.3) * n.width; });
     }},
    {"far",
     [](Random& r, const Nodes& n) {
       return mixture(
           r, r.whole(1, 3), [&] { return n.begin + r(-8, 8) * n.width; }, [&] { return r(0.3, 2) * n.width; });
     }},
    {"wide",
     [](Random& r, const Nodes& n) {
       return mixture(
           r, r.whole(1, 3), [&] { return n.begin + r(-2, 2) * n.width; },
           [&] { return r.magnitude(3, 1e5) * n.width; });
     }},
    {"spiky",
     [](Random& r, const Nodes& n) {
       return mixture(
           r, r.whole(1, 4),
           [&] { return n.x[static_cast<std::size_t>(r.whole(0, static_cast<Index>(n.x.size()) - 1))]; },
           [&] { return r.magnitude(1e-5, 0.1) * n.width; });
     }},
    {"many",
     [](Random& r, const Nodes& n) {
       return mixture(
           r, r.whole(20, 60), [&] { return n.begin + r(0, 1) * n.width; },
           [&] { return r.magnitude(0.01, 0.5) * n.width; });
     }},
    {"faint",
     [](Random& r, const Nodes& n) {
       auto p = mixture(
           r, 3, [&] { return n.begin + r(0, 1) * n.width; }, [&] { return r(0.02, 0.2) * n.width; });
       p.weights[1] *= r.magnitude(1e-30, 1e-10);
       p.weights[2] = 0;
       return p;
     }},
};

inline std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

inline const std::vector<Class<std::function<Mesh(Random&, const Nodes&)>>> mesh_classes = {
    {"tame",
     [](Random& r, const Nodes& n) {
       const double first = r.magnitude(0.01, 0.1);
       return Mesh{list(40, [&](Index i) { return n.begin + n.width * static_cast<double>(i) / 39; }),
                   list(12, [&](Index i) { return n.width * first * static_cast<double>(i + 1); })};
     }},
    {"narrow",
     [](Random& r, const Nodes& n) {
       auto mu = list(20, [&](Index) { return n.begin + r(-0.1, 1.1) * n.width; });
       mu[3] = n.x[n.x.size() / 2];
       mu[4] = (n.x[0] + n.x[n.x.size() > 1 ? 1 : 0]) / 2;
       return Mesh{sorted(mu), sorted(list(6, [&](Index) { return n.width * r.magnitude(1e-9, 1e-2); }))};
     }},
    {"wide",
     [](Random& r, const Nodes& n) {
       return Mesh{sorted(list(30, [&](Index) { return n.begin + r(-2, 3) * n.width; })),
                   sorted(list(8, [&](Index) { return n.width * r.magnitude(0.3, 1e6); }))};
     }},
    {"far",
     [](Random& r, const Nodes& n) {
       const double side = r(0, 1) < 0.5 ? -1 : 1;
       return Mesh{sorted(list(12, [&](Index) { return n.begin + side * r.magnitude(1, 1e6) * n.width; })),
                   sorted(list(8, [&](Index) { return n.width * r.magnitude(1e-3, 1e3); }))};
     }},
};

template <class T>
Vector<T> cast(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::ArrayXd>(values.data(), static_cast<Index>(values.size())).template cast<T>();
}

struct Problem {
  std::vector<std::string> classes;
  Nodes nodes;
  std::vector<double> weights;
  Mixture mixture, other;
  Mesh mesh;
};

template <class T>
GaussianMixture<T> cast(const Mixture& mixture) {
  Vector<T> weights = cast<T>(mixture.weights);
  weights /= weights.sum();
  return {weights, cast<T>(mixture.means), cast<T>(mixture.stddevs)};
}

/// Every pair of classes of nodes, mixtures and meshes meets, and each scalar every class.
inline Problem problem(long number, Random& random) {
  auto next = static_cast<std::size_t>(number);
  const auto pick = [&](const auto& classes) -> const auto& {
    const auto& chosen = classes[next % classes.size()];
    next /= classes.size();
    return chosen;
  };
  const auto& nodes = pick(node_classes);
  const auto& mixture = pick(mixture_classes);
  const auto& mesh = pick(mesh_classes);
  const auto& weights = weight_classes[static_cast<std::size_t>(random.whole(0, 2))];
  Problem made;
  made.classes = {std::string("nodes ") + nodes.name, std::string("weights ") + weights.name,
                  std::string("mixture ") + mixture.name, std::string("mesh ") + mesh.name};
  made.nodes = nodes.make(random);
  made.weights = weights.make(random, static_cast<Index>(made.nodes.x.size()));
  made.mixture = mixture.make(random, made.nodes);
  made.mesh = mesh.make(random, made.nodes);
  made.other = mixture.make(random, made.nodes);
  return made;
}

/// compare.operator()<T>(problem, random, how to see it again), of each problem and scalar; the table counts for its
/// classes then.
template <class Table, class Compare>
void for_each_problem(const Options& options, Table& table, const Compare& compare) {
  options.for_each_problem(node_classes.size(), [&](long number) {
    Random random(options.random(number));
    const Problem made = problem(number, random);
    options.for_each_scalar([&]<class T>(const std::string& scalar) {
      auto classes = made.classes;
      classes.push_back("scalar " + scalar);
      table.open(classes);
      compare.template operator()<T>(made, random, text("--only %ld --scalar %s", number, scalar.c_str()));
    });
  });
}

}  // namespace random_search::on_grid
