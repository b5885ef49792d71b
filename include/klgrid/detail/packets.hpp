// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "klgrid/real.hpp"

/// Eigen's vector registers, by the names of Eigen::internal that the library uses: the one place to look at when Eigen
/// changes there.
namespace klgrid::detail {

/// Numbers that one register holds; 1 where Eigen does not vectorise T.
template <Real T>
constexpr Index lane_size = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);

/// The register itself, or the number.
template <Real T>
using Packet = typename Eigen::internal::packet_traits<T>::type;

/// Operations on registers, and on numbers alike.
namespace packets {

using Eigen::internal::padd;    // a + b
using Eigen::internal::ploadu;  // from memory, aligned or not
using Eigen::internal::pmadd;   // a b + c
using Eigen::internal::pmul;    // a b
using Eigen::internal::pset1;   // one number in every place
using Eigen::internal::pstoreu;

}  // namespace packets

/// A formula of sums and products at each number of an array, or register of numbers: Formula::at<T>(x).
template <Real T, class Formula>
struct PacketFormula {
  T operator()(const T& x) const { return Formula::template at<T>(x); }
  template <class P>
  P packetOp(const P& x) const {
    return Formula::template at<T>(x);
  }
};

}  // namespace klgrid::detail

template <class T, class Formula>
struct Eigen::internal::functor_traits<klgrid::detail::PacketFormula<T, Formula>> {
  enum { Cost = 50 * NumTraits<T>::MulCost, PacketAccess = packet_traits<T>::Vectorizable };
};
