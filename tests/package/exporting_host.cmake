# SPDX-License-Identifier: MIT
# cmake -D klgrid=SOURCES -D stage=... -D work=... -D generator=... -D compiler=... -D eigen_dir=... -P exporting_host.cmake:
# configures and installs the host, sees that it brings nothing of klgrid along, and builds a program on it.
file(REMOVE_RECURSE ${work})
set(how -G ${generator} -DCMAKE_CXX_COMPILER=${compiler} -DEigen3_DIR=${eigen_dir})
set(here ${CMAKE_CURRENT_LIST_DIR}/exporting_host)
function(run)
  execute_process(COMMAND ${CMAKE_COMMAND} ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(-S ${here} -B ${work}/host ${how} -DKLGRID_SOURCE_DIR=${klgrid})
run(--install ${work}/host --prefix ${work}/prefix)
file(GLOB_RECURSE brought RELATIVE ${work}/prefix ${work}/prefix/*klgrid*)
if(brought)
  message(FATAL_ERROR "the host installs ${brought}")
endif()
run(-S ${here}/consumer -B ${work}/consumer ${how} -DCMAKE_PREFIX_PATH=${work}/prefix
    -Dklgrid_DIR=${stage}/share/cmake/klgrid)
run(--build ${work}/consumer)
execute_process(COMMAND ${work}/consumer/guest COMMAND_ERROR_IS_FATAL ANY)
