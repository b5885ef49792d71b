# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
# The README shows the program as it is, and prints what it prints.
file(READ ${readme} text)
file(READ ${code} source)
execute_process(COMMAND ${program} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
foreach(part IN ITEMS source output)
  string(FIND "${text}" "${${part}}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "the README does not hold this ${part}:\n${${part}}")
  endif()
endforeach()
