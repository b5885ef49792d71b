# SPDX-License-Identifier: MIT
# cmake -D include_dir=... -P layout.cmake: fails if an include climbs, if it enters another folder's private room, or if
# klgrid.hpp, the index of the library, leaves a public header out or says no word about it; and if a header opens klgrid
# outside of the inline namespace of abi.hpp, or names Eigen's inside elsewhere than in detail/packets.hpp.
cmake_minimum_required(VERSION 3.25)

# The storeys, from the ground up. A header includes headers of its own storey and of those below it.
set(storeys
  "abi.hpp version.hpp"
  "real.hpp"
  "detail"
  "executor.hpp numbers.hpp"
  "axis.hpp thread_executor.hpp"
  "gaussian.hpp gaussian_mixture.hpp"
  "grid.hpp parameter_mesh.hpp pair_quadrature.hpp"
  "domain.hpp"
  "transform"
  "grid line"  # twins: neither includes the other
  "divergence"
  "fit"
  "csv.hpp compiled.hpp"
  "klgrid.hpp")

# The storey of a header, given by its path below klgrid/, and the room on it: its folder or, on the ground, its own file.
function(place header storey room)
  string(REGEX MATCH "^[^/]+" first ${header})
  set(level 0)
  foreach(rooms IN LISTS storeys)
    string(REPLACE " " ";" rooms "${rooms}")
    if(first IN_LIST rooms)
      set(${storey} ${level} PARENT_SCOPE)
      set(${room} ${first} PARENT_SCOPE)
      return()
    endif()
    math(EXPR level "${level} + 1")
  endforeach()
  message(FATAL_ERROR "${header} stands on no storey: name it in layout.cmake")
endfunction()

file(GLOB_RECURSE headers RELATIVE ${include_dir}/klgrid ${include_dir}/klgrid/*.hpp)
foreach(header IN LISTS headers)
  place(${header} storey room)
  file(STRINGS ${include_dir}/klgrid/${header} namespaces REGEX "^namespace klgrid")
  list(FILTER namespaces EXCLUDE REGEX "^namespace klgrid::inline KLGRID_ABI(::detail)? {$")
  if(namespaces AND NOT header STREQUAL "abi.hpp")
    message(SEND_ERROR "${header}: ${namespaces}: write `namespace klgrid::inline KLGRID_ABI`, as abi.hpp tells")
  endif()
  file(STRINGS ${include_dir}/klgrid/${header} internals REGEX "Eigen::internal")
  if(internals AND NOT header STREQUAL "detail/packets.hpp")
    message(SEND_ERROR "${header} uses Eigen::internal, which detail/packets.hpp alone may name")
  endif()
  file(STRINGS ${include_dir}/klgrid/${header} includes REGEX "^#include \"")
  foreach(line IN LISTS includes)
    if(NOT line MATCHES "^#include \"klgrid/([a-z_/]+\\.hpp)\"")
      message(SEND_ERROR "${header}: ${line}: headers are named from klgrid/ on")
      continue()
    endif()
    set(included ${CMAKE_MATCH_1})
    place(${included} included_storey included_room)
    string(REGEX REPLACE "detail/.*" "" owner ${included})
    if(included_storey GREATER storey)
      message(SEND_ERROR "${header} includes ${included}, which stands above it")
    elseif(included_storey EQUAL storey AND NOT included_room STREQUAL room AND included_room MATCHES "^[a-z]+$")
      message(SEND_ERROR "${header} includes ${included}, a room beside its own")
    elseif(included MATCHES "detail/" AND NOT header MATCHES "^${owner}")
      message(SEND_ERROR "${header} includes ${included}, a private room of another folder")
    endif()
  endforeach()
endforeach()

file(STRINGS ${include_dir}/klgrid/klgrid.hpp index REGEX "^#include")
list(FILTER headers EXCLUDE REGEX "detail/|^klgrid.hpp$")
foreach(header IN LISTS headers)
  if(NOT index MATCHES "#include \"klgrid/${header}\" +// [^;]")
    message(SEND_ERROR "klgrid.hpp does not include ${header} with a phrase beside it")
  endif()
endforeach()
list(LENGTH headers count)
if(count EQUAL 0)
  message(FATAL_ERROR "no headers in ${include_dir}")
endif()
message(STATUS "${count} public headers, each on its storey")
