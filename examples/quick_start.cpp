#include <cstdio>
#include <klgrid/klgrid.hpp>

int main() {
  const klgrid::GaussianMixture p({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});
  const auto grid = klgrid::Grid<>::arange(-10.0, 10.0, 0.05);
  const klgrid::ParameterMesh mesh(klgrid::linspace(-5.0, 5.0, 101), klgrid::linspace(0.1, 10.0, 100));
  const klgrid::NormalizedGaussianBank bank(grid, mesh);                    // once: does not depend on p
  const auto kl = klgrid::kl_surfaces(klgrid::GridDensity(grid, p), bank);  // for each p

  for (const auto* surface : {&kl.forward, &kl.reverse}) {
    Eigen::Index row, column;
    const double least = surface->minCoeff(&row, &column);
    std::printf("%s: %.4f nats at mu = %.1f, sigma = %.1f\n", surface == &kl.forward ? "D(p||q)" : "D(q||p)", least,
                mesh.mu()[column], mesh.sigma()[row]);
  }
}
