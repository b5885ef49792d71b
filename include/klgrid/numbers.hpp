// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#include "klgrid/real.hpp"

/// Numbers as arguments, whoever holds them: which vectors are taken, and what scalar follows from them.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

template <class Derived>
void take_dense(const Eigen::DenseBase<Derived>&);

template <class V>
concept EigenDense = requires(const V& v) {
  detail::take_dense(v);
};

/// A vector expression of Eigen's, row or column, Array or Matrix.
template <class V>
concept EigenVector = EigenDense<V> && bool(V::IsVectorAtCompileTime);

/// A std::vector, std::array, std::span, std::initializer_list, an array, or what else has data and a size.
template <class V>
concept Contiguous = !EigenDense<V> && requires(const V& v) {
  *std::data(v);
  { std::size(v) } -> std::convertible_to<std::size_t>;
};

template <class V>
struct Element {};

template <EigenVector V>
struct Element<V> {
  using type = typename V::Scalar;
};

template <Contiguous V>
struct Element<V> {
  using type = std::remove_cvref_t<decltype(*std::data(std::declval<const V&>()))>;
};

template <class V>
using ElementOf = typename Element<V>::type;

/// Whole numbers are taken for any scalar, others only where no digit is lost.
template <class U, class T>
concept NotWiderThan = std::same_as<U, T> || std::is_integral_v<U> ||
    (std::is_floating_point_v<U>&& std::numeric_limits<U>::digits <= std::numeric_limits<T>::digits);

template <class... T>
struct CommonReal {};

template <class... T>
requires requires { typename std::common_type_t<T...>; }
struct CommonReal<T...> {
  using Common = std::common_type_t<T...>;
  using type = std::conditional_t<std::is_integral_v<Common>, double, Common>;
};

/// The scalar of arguments of these types: the widest of the reals among them, which whole numbers leave as they are;
/// double if all are whole numbers.
template <class... T>
using RealOf = typename CommonReal<T...>::type;

/// What deduction takes braces for that it cannot look into, because they stand beside other vectors.
using Braces = std::initializer_list<double>;

}  // namespace detail

/// What is taken wherever a vector of numbers is: an Eigen vector or vector expression, a std::vector, std::array,
/// std::span or built-in array, of T or of a scalar that converts to T without loss of digits.
template <class V, class T>
concept VectorLike = (detail::EigenVector<V> || detail::Contiguous<V>)&&detail::NotWiderThan<detail::ElementOf<V>, T>;

/// A vector of numbers as an argument: made of whatever holds them, or of braces. A Vector<T> that is handed over with
/// std::move is moved, others are copied.
template <Real T>
class Numbers {
 public:
  /// Moved.
  Numbers(Vector<T>&& values) noexcept : values_(std::move(values)) {}

  /// {0.5, 0.5}
  Numbers(std::initializer_list<T> values) { copy(values.begin(), values.size()); }

  /// {1, 2}, as {1.0, 2.0}
  template <std::integral Whole>
  Numbers(std::initializer_list<Whole> values) {
    copy(values.begin(), values.size());
  }

  /// Copied.
  template <VectorLike<T> V>
  Numbers(const V& values) {
    if constexpr (detail::EigenVector<V>) {
      const auto& evaluated = values.eval();
      copy(evaluated.data(), evaluated.size());
    } else {
      copy(std::data(values), std::size(values));
    }
  }

  /// Hands the vector over.
  [[nodiscard]] Vector<T> release() noexcept { return std::move(values_); }

 private:
  template <class U, class Size>
  void copy(const U* first, Size size) {
    values_.resize(static_cast<Index>(size));
    for (Index i = 0; i < values_.size(); ++i) values_[i] = static_cast<T>(first[i]);
  }

  Vector<T> values_;
};

}  // namespace klgrid
