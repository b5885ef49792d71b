# SPDX-License-Identifier: MIT
# cmake -D compiler=... -D flags=... -D work=... -P vector_width.cmake: objects of one vector width link and run; objects of
# two do not link, and the linker names both the function and a width.
function(compile source object)
  execute_process(COMMAND ${compiler} ${flags} ${ARGN} -c ${CMAKE_CURRENT_LIST_DIR}/${source} -o ${work}/${object}
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(MAKE_DIRECTORY ${work})
compile(user.cpp user.o)
compile(maker.cpp maker.o)
compile(maker.cpp maker_avx2.o -mavx2)

execute_process(COMMAND ${compiler} ${work}/user.o ${work}/maker.o -o ${work}/alike COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${work}/alike COMMAND_ERROR_IS_FATAL ANY)

execute_process(COMMAND ${compiler} ${work}/user.o ${work}/maker_avx2.o -o ${work}/mixed
                RESULT_VARIABLE result ERROR_VARIABLE text)
message(STATUS "${text}")
foreach(function IN ITEMS made_grid made_gaussians first_node)
  if(result EQUAL 0 OR NOT text MATCHES "${function}[^\n]*vectors_16_aligned_16")
    message(SEND_ERROR "${function}: objects of two vector widths link, or the linker does not say why they do not")
  endif()
endforeach()
