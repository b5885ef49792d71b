# SPDX-License-Identifier: MIT
# klgrid::compiled, for those who include klgrid in many files: klgrid::klgrid, and what klgrid/compiled.hpp names compiled
# once, in the build of who links it. No one else's build compiles it.
function(klgrid_add_compiled source)
  add_library(klgrid_compiled STATIC EXCLUDE_FROM_ALL ${source})
  add_library(klgrid::compiled ALIAS klgrid_compiled)
  target_link_libraries(klgrid_compiled PUBLIC klgrid::klgrid)
  target_compile_definitions(klgrid_compiled INTERFACE KLGRID_COMPILED)
  set_target_properties(klgrid_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()
