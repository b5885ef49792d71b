// SPDX-License-Identifier: MIT
#include "maker.hpp"

int main() { return first_node(made_grid()) == 0 && made_gaussians().size() == 2 ? 0 : 1; }
