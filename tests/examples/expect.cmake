# SPDX-License-Identifier: MIT
# What a run of a program has to come to: for scripts whose variable bin holds the directory of the programs.

# succeeds(program [INPUT file] [OUT regex...] [ERR regex] ARGUMENTS ...): exit code 0; standard output matches each
# OUT, and standard error matches ERR or else is empty.
function(succeeds program)
  cmake_parse_arguments(PARSE_ARGV 1 run "" "INPUT;ERR" "OUT;ARGUMENTS")
  execute_with_input()
  set(call "${program} ${run_ARGUMENTS}")
  if(NOT code EQUAL 0)
    message(SEND_ERROR "${call}: exit code ${code}: ${err}")
  endif()
  string(SUBSTRING "${out}" 0 2000 start)
  foreach(regex IN LISTS run_OUT)
    if(NOT out MATCHES "${regex}")
      message(SEND_ERROR "${call}: does not print ${regex}:\n${start}")
    endif()
  endforeach()
  if(run_ERR AND NOT err MATCHES "${run_ERR}" OR NOT run_ERR AND NOT err STREQUAL "")
    message(SEND_ERROR "${call}: says not '${run_ERR}' but:\n${err}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

# fails(program message [INPUT file] ARGUMENTS ...): exit code 2, "program: message" (a regex) on standard error, and
# nothing is written.
function(fails program message)
  cmake_parse_arguments(PARSE_ARGV 2 run "" "INPUT" "ARGUMENTS")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/refused.csv)
  file(REMOVE ${file} ${file}.part)
  if(NOT "--output" IN_LIST run_ARGUMENTS)
    list(APPEND run_ARGUMENTS --output ${file})
  endif()
  execute_with_input()
  set(call "${program} ${run_ARGUMENTS}")
  if(NOT code EQUAL 2)
    message(SEND_ERROR "${call}: exit code ${code}, not 2: ${out}${err}")
  endif()
  if(NOT err MATCHES "^${program}: ${message}")
    message(SEND_ERROR "${call}: says not '${message}' but:\n${err}")
  endif()
  if(EXISTS ${file} OR EXISTS ${file}.part OR NOT out STREQUAL "")
    message(SEND_ERROR "${call}: was refused and yet wrote something: ${out}")
  endif()
endfunction()

macro(execute_with_input)
  set(input)
  if(run_INPUT)
    set(input INPUT_FILE ${run_INPUT})
  endif()
  execute_process(COMMAND ${bin}/${program} ${run_ARGUMENTS} ${input} RESULT_VARIABLE code OUTPUT_VARIABLE out
                  ERROR_VARIABLE err)
endmacro()

# same(a b): two texts are equal, and not empty.
function(same a b)
  if(NOT a STREQUAL b OR a STREQUAL "")
    message(SEND_ERROR "these differ:\n${a}\n${b}")
  endif()
endfunction()
