# SPDX-License-Identifier: MIT
# Emscripten as Debian and Ubuntu install it, or any other that EMSCRIPTEN_ROOT_PATH or emcc in the path leads to.
# Headers of the host, Eigen's, are found too: they are the same for every machine.
set(emscripten_places ${EMSCRIPTEN_ROOT_PATH} $ENV{EMSCRIPTEN} $ENV{EMSDK}/upstream/emscripten /usr/share/emscripten)
find_file(KLGRID_EMSCRIPTEN_TOOLCHAIN cmake/Modules/Platform/Emscripten.cmake PATHS ${emscripten_places}
          NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
if(NOT KLGRID_EMSCRIPTEN_TOOLCHAIN)
  message(FATAL_ERROR "Emscripten was not found: install the package emscripten, or set EMSCRIPTEN_ROOT_PATH")
endif()
include(${KLGRID_EMSCRIPTEN_TOOLCHAIN})
list(APPEND CMAKE_FIND_ROOT_PATH /usr)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
