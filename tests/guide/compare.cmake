# SPDX-License-Identifier: MIT
# cmake -D program=... -D expected=FILE -P compare.cmake: fails unless the program prints what the file holds.
execute_process(COMMAND ${program} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
file(READ ${expected} wanted)
if(NOT status EQUAL 0 OR NOT printed STREQUAL wanted)
  message(FATAL_ERROR "exit code ${status}; the guide says\n${wanted}\nbut it prints\n${printed}")
endif()
