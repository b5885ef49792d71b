# SPDX-License-Identifier: MIT
# cmake -D include_dir=... -P umbrella.cmake: fails unless klgrid.hpp includes every other public header.
file(GLOB_RECURSE headers RELATIVE ${include_dir} ${include_dir}/klgrid/*.hpp)
list(FILTER headers EXCLUDE REGEX "/detail/")
list(REMOVE_ITEM headers klgrid/klgrid.hpp)
file(READ ${include_dir}/klgrid/klgrid.hpp umbrella)
foreach(header IN LISTS headers)
  if(NOT umbrella MATCHES "#include \"${header}\"")
    message(SEND_ERROR "klgrid.hpp does not include ${header}")
  endif()
endforeach()
