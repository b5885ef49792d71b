# SPDX-License-Identifier: MIT
# What is installed is used; what is not is fetched, as a pinned release whose hash is checked.
include(FetchContent)
set(FETCHCONTENT_QUIET ON)

# A function keeps the options of a fetched project to itself.
function(klgrid_fetch name url hash)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_POLICY_DEFAULT_CMP0135 NEW)
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # CMake 4 refuses projects that name an older one
  set(CMAKE_WARN_DEPRECATED OFF)
  set(BUILD_TESTING OFF)
  foreach(option IN ITEMS EIGEN_BUILD_DOC EIGEN_BUILD_PKGCONFIG DOCTEST_WITH_TESTS CLI11_BUILD_TESTS CLI11_BUILD_EXAMPLES
                          BENCHMARK_ENABLE_TESTING BENCHMARK_ENABLE_GTEST_TESTS BENCHMARK_ENABLE_INSTALL RC_ENABLE_TESTS)
    set(${option} OFF)
  endforeach()
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${hash})
  FetchContent_MakeAvailable(${name})
  set(${name}_SOURCE_DIR ${${name}_SOURCE_DIR} PARENT_SCOPE)
endfunction()

# Any Eigen from 3.4 on. It is looked for without a version and compared: Eigen 5 takes a request for 3.4 as one for less
# than 3.5, and Eigen 3.4 refuses a range that ends in another major version.
# Eigen's headers are all that is needed, so its own build is left alone (SOURCE_SUBDIR names no project).
function(klgrid_find_eigen)
  if(TARGET Eigen3::Eigen)
    return()
  endif()
  find_package(Eigen3 NO_MODULE QUIET GLOBAL)
  if(TARGET Eigen3::Eigen)
    if(Eigen3_VERSION VERSION_LESS 3.4)
      message(FATAL_ERROR "klgrid needs Eigen 3.4 or later, found ${Eigen3_VERSION} in ${Eigen3_DIR}. Set Eigen3_DIR to "
                          "a later one, or CMAKE_DISABLE_FIND_PACKAGE_Eigen3 to ON to have it fetched.")
    endif()
    return()
  endif()
  FetchContent_Declare(Eigen3 SOURCE_SUBDIR headers_only
    URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz
    URL_HASH SHA256=8586084f71f9bde545ee7fa6d00288b264a2b7ac3607b974e54d13e7162c1c72)
  FetchContent_MakeAvailable(Eigen3)
  add_library(Eigen3::Eigen INTERFACE IMPORTED GLOBAL)
  target_include_directories(Eigen3::Eigen SYSTEM INTERFACE ${eigen3_SOURCE_DIR})
endfunction()

function(klgrid_find_cli11)
  find_package(CLI11 CONFIG QUIET GLOBAL)
  if(NOT TARGET CLI11::CLI11)
    klgrid_fetch(cli11 https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.4.2.tar.gz
                 f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
  endif()
endfunction()

function(klgrid_find_nlohmann_json)
  find_package(nlohmann_json CONFIG QUIET GLOBAL)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    set(JSON_SystemInclude ON)
    klgrid_fetch(nlohmann_json https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
                 d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
  endif()
endfunction()

# A macro, because doctest's module of test discovery is to be seen by the caller.
macro(klgrid_find_doctest)
  find_package(doctest CONFIG QUIET)
  if(NOT TARGET doctest::doctest)
    klgrid_fetch(doctest https://github.com/doctest/doctest/archive/refs/tags/v2.4.11.tar.gz
                 632ed2c05a7f53fa961381497bf8069093f0d6628c5f26286161fbd32a560186)
    list(APPEND CMAKE_MODULE_PATH ${doctest_SOURCE_DIR}/scripts/cmake)
  endif()
  include(doctest)
endmacro()

function(klgrid_find_rapidcheck)
  find_package(rapidcheck CONFIG QUIET GLOBAL)
  if(NOT TARGET rapidcheck)
    klgrid_fetch(rapidcheck
                 https://github.com/emil-e/rapidcheck/archive/ff6af6fc683159deb51c543b065eba14dfcf329b.tar.gz
                 f978132be070d6e0ae0be097c6cd5b65edeedf19f78c57158b2c43ffa412323d)
  endif()
endfunction()

function(klgrid_find_benchmark)
  find_package(benchmark CONFIG QUIET GLOBAL)
  if(NOT TARGET benchmark::benchmark)
    klgrid_fetch(benchmark https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
                 6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7)
  endif()
endfunction()
