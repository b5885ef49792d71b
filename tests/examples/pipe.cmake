# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
# What is no file, here a named pipe, is written to and not replaced.
file(REMOVE ${output})
execute_process(COMMAND mkfifo ${output} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${program} --output ${output} COMMAND cat ${output} OUTPUT_VARIABLE read TIMEOUT 20
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${program} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
if(NOT read STREQUAL printed)
  message(FATAL_ERROR "the pipe's reader got: ${read}")
endif()
execute_process(COMMAND test -p ${output} COMMAND_ERROR_IS_FATAL ANY)
