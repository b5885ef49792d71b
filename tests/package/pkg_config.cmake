# SPDX-License-Identifier: MIT
# cmake -D stage=... -D work=... -D compiler=... -D pkg_config=... -D eigen_dir=... -P pkg_config.cmake: compiles a program with the
# flags that pkg-config names, for an installation that has been moved since, and runs it.
file(REMOVE_RECURSE ${work})
file(COPY ${stage}/ DESTINATION ${work}/moved)
set(ENV{PKG_CONFIG_PATH} ${work}/moved/share/pkgconfig:${eigen_dir}/../../pkgconfig)
execute_process(COMMAND ${pkg_config} --cflags klgrid OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags)
execute_process(COMMAND ${compiler} -std=c++20 ${flags} ${CMAKE_CURRENT_LIST_DIR}/version.cpp -o ${work}/guest
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${work}/guest COMMAND_ERROR_IS_FATAL ANY)
