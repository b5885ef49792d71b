# SPDX-License-Identifier: MIT
# cmake -D build=... -D work=... -D version=... -P deb.cmake: makes the Debian package and unpacks it below work/root.
file(REMOVE_RECURSE ${work})
execute_process(COMMAND ${CMAKE_CPACK_COMMAND} -G DEB --config ${build}/CPackConfig.cmake -B ${work}
                COMMAND_ERROR_IS_FATAL ANY)
set(package ${work}/libklgrid-dev_${version}_all.deb)
execute_process(COMMAND dpkg-deb --field ${package} Package Architecture Depends OUTPUT_VARIABLE fields
                COMMAND_ERROR_IS_FATAL ANY)
set(expected "Package: libklgrid-dev\nArchitecture: all\nDepends: libeigen3-dev (>= 3.4)\n")
if(NOT fields STREQUAL expected)
  message(FATAL_ERROR "the package says\n${fields}and should say\n${expected}")
endif()
execute_process(COMMAND dpkg -x ${package} ${work}/root COMMAND_ERROR_IS_FATAL ANY)
