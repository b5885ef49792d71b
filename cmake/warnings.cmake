# SPDX-License-Identifier: MIT
# What klgrid's own programs are compiled with; who uses the headers keeps their own flags.
add_library(klgrid_warnings INTERFACE)
if(MSVC)
  target_compile_options(klgrid_warnings INTERFACE /W4 /bigobj $<$<BOOL:${KLGRID_WARNINGS_AS_ERRORS}>:/WX>)
else()
  target_compile_options(klgrid_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                                   $<$<BOOL:${KLGRID_WARNINGS_AS_ERRORS}>:-Werror>)
endif()
