# SPDX-License-Identifier: MIT
# batch: many mixtures, in either form, good and bad
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# refuses_some(message... ARGUMENTS ...): exit code 3, and just these lines (regexes) on standard error, in this order.
function(refuses_some)
  cmake_parse_arguments(PARSE_ARGV 0 run "" "INPUT" "MESSAGES;ARGUMENTS")
  set(program batch)
  execute_with_input()
  list(TRANSFORM run_MESSAGES PREPEND "batch: ")
  list(JOIN run_MESSAGES "\n" messages)
  if(NOT code EQUAL 3 OR NOT err MATCHES "^${messages}\n$")
    message(SEND_ERROR "batch ${run_ARGUMENTS}: exit code ${code}, says:\n${err}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

# --help describes each column.
succeeds(batch INPUT /dev/null)
string(REGEX REPLACE "\n$" "" header "${out}")
string(REPLACE "," ";" names "${header}")
foreach(column IN LISTS names)
  succeeds(batch OUT "\nColumns:\n.*  ${column}  +[a-zA-Z0-9]" "Exit code" ARGUMENTS --help)
endforeach()

# The rows are the numbers of the example fit, in the order of the input; the forms of input say the same.
set(mixtures a 0.5,-3,1/0.5,3,1 b 0.25,997,0.1/0.75,1003,2 c 1,2,0.5 d 0.2,0,1/0.3,4,1/0.5,9,2)
set(csv "id,weight,mean,stddev\n")
set(json)
set(expected "${header}\n")
while(mixtures)
  list(POP_FRONT mixtures id rows)
  string(REPLACE "/" ";" rows "${rows}")
  set(file "weight,mean,stddev\n")
  set(weights)
  set(means)
  set(stddevs)
  foreach(row IN LISTS rows)
    string(APPEND csv "${id},${row}\n")
    string(APPEND file "${row}\n")
    string(REPLACE "," ";" row "${row}")
    list(POP_FRONT row weight mean stddev)
    string(APPEND weights ", ${weight}")
    string(APPEND means ", ${mean}")
    string(APPEND stddevs ", ${stddev}")
  endforeach()
  foreach(member IN ITEMS weights means stddevs)
    string(REGEX REPLACE "^, " "" ${member} "${${member}}")
  endforeach()
  string(APPEND json "{\"id\": \"${id}\", \"stddevs\": [${stddevs}], \"means\": [${means}], \"weights\": [${weights}]}\n")
  file(WRITE one.csv "${file}")
  succeeds(fit ARGUMENTS --mixture one.csv --domain line --output -)
  string(REGEX MATCHALL "reverse" minima "${out}")
  list(LENGTH minima count)
  string(REGEX MATCH "\nforward,([^\n]*),converged,0\nreverse,([^\n]*),converged,0\n" _ "${out}")
  string(APPEND expected "${id},${CMAKE_MATCH_1},${CMAKE_MATCH_2},${count},converged\n")
endwhile()
file(WRITE mixtures.csv "${csv}")
file(WRITE mixtures.jsonl "${json}")
string(REPLACE "," ";" semicolons "${csv}")
file(WRITE semicolons.csv "\n# a remark\n${semicolons}")
# Fits differ in the last digits with their starts.
function(digits text result)
  string(REGEX REPLACE "(\\.[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9])[0-9]+" "\\1" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()
digits("${expected}" expected)
foreach(file IN ITEMS mixtures.csv mixtures.jsonl semicolons.csv)
  succeeds(batch INPUT ${file})
  digits("${out}" rounded)
  same("${rounded}" "${expected}")
  set(rows "${out}")
  succeeds(batch ARGUMENTS --mixtures ${file} --threads 3)
  same("${out}" "${rows}")
endforeach()
file(REMOVE rows.csv)
succeeds(batch ARGUMENTS --mixtures mixtures.csv --output rows.csv)
file(READ rows.csv written)
same("${written}" "${rows}")
succeeds(batch ARGUMENTS --mixtures mixtures.csv --header no)
same("${header}\n${out}" "${rows}")

# More than a block, on more threads than it has mixtures to the end; every id, in order.
set(csv "id,weight,mean,stddev\n")
set(ids)
foreach(i RANGE 1 1000)
  string(APPEND csv "${i},1,${i},1\n")
  string(APPEND ids "${i},${i},1,0,${i},1,0,1,converged\n")
endforeach()
file(WRITE thousand.csv "${csv}")
foreach(threads IN ITEMS 1 3)
  succeeds(batch ARGUMENTS --mixtures thousand.csv --threads ${threads} --header no)
  same("${out}" "${ids}")
endforeach()

# Neither the unit of x nor the distance from 0 matters: as powers of 2, for exact sums.
file(WRITE units.csv "id,weight,mean,stddev\n1,1,-3,1\n1,2,3,0.5\n"
                     "far,1,1048573,1\nfar,2,1048579,0.5\n"
                     "tiny,1,-2.2737367544323206e-13,7.579122514774402e-14\n"
                     "tiny,2,2.2737367544323206e-13,3.789561257387201e-14\n")
succeeds(batch OUT "\nfar,1048577,2\\.9154759[^,]*,0\\.8957016[^\n]*\ntiny," ARGUMENTS --mixtures units.csv)
string(REGEX MATCHALL "[^,\n]*,[^,\n]*,[^,\n]*,([0-9.]*),[^,\n]*,[^,\n]*,([0-9.]*),2,converged" rows "${out}")
set(divergences)
foreach(row IN LISTS rows)
  string(REGEX REPLACE "^[^,]*,[^,]*,[^,]*,(0\\.[0-9]+),[^,]*,[^,]*,(0\\.[0-9]+),.*" "\\1 \\2" values "${row}")
  digits("${values}" values)
  list(APPEND divergences "${values}")
endforeach()
list(LENGTH divergences count)
list(REMOVE_DUPLICATES divergences)
list(LENGTH divergences different)
if(NOT "${count} ${different}" STREQUAL "3 1")
  message(SEND_ERROR "not the same in every unit: ${out}")
endif()

# A mixture that is refused is named by line and id, and does not stop the rest.
file(WRITE bad.csv "id,weight,mean,stddev\na,1,0,1\nb,1,0,1\n\n# between\nb,1,0,-1\n\"c, \"\"d\"\"\",1,0,1\nzero,0,1,1\n"
                   "short,1\n,1,0,1\nword,1,x,1\ninf,1,inf,1\nz,1,0,1\n")
refuses_some(INPUT bad.csv MESSAGES "id b: standard input:6: stddev: must be finite and > 0, got -1"
  "id zero: standard input:8: [^\n]*weights must be [^\n]*" "id short: standard input:9: weight: 2 fields, not 4"
  "standard input:10: id: is empty" "id word: standard input:11: mean: 'x' is not a number"
  "id inf: standard input:12: mean: must be finite, got inf")
string(REPLACE "${header}\n" "" out "${out}")
same("${out}" "a,0,1,0,0,1,0,1,converged\nb,,,,,,,,refused\n\"c, \"\"d\"\"\",0,1,0,0,1,0,1,converged\n\
zero,,,,,,,,refused\nshort,,,,,,,,refused\n,,,,,,,,refused\nword,,,,,,,,refused\ninf,,,,,,,,refused\n\
z,0,1,0,0,1,0,1,converged\n")
file(WRITE bad.jsonl "{\"id\": 7, \"weights\": [1], \"means\": [0], \"stddevs\": [1], \"other\": {}}\n"
  "{\"id\": \"b\", \"weights\": [1, 1], \"means\": [0], \"stddevs\": [1, 1]}\n"
  "{\"id\": \"c\", \"weights\": [1], \"means\": [true], \"stddevs\": [1]}\n"
  "{\"id\": \"d\", \"weights\": [1], \"stddevs\": [1]}\n{\"weights\": [1]}\n"
  "{\"id\": \"e\", \"weights\": [1], \"means\": [1e999], \"stddevs\": [1]}\n{\"id\": \"f\"\n[1]\n"
  "{\"id\": \"z\", \"weights\": [1], \"means\": 0, \"stddevs\": [1]}\n")
refuses_some(ARGUMENTS --mixtures bad.jsonl --header no MESSAGES "id b: bad.jsonl:2: [^\n]*means must be [^\n]*"
  "id c: bad.jsonl:3: means.0.: must be a number, got true" "id d: bad.jsonl:4: means: is missing"
  "bad.jsonl:5: id: is missing" "bad.jsonl:6: [^\n]*number overflow[^\n]*" "bad.jsonl:7: [^\n]*parse error[^\n]*"
  "bad.jsonl:8: is no JSON object" "id z: bad.jsonl:9: means: must be an array, got 0")
string(REGEX MATCHALL "refused\n" refused "${out}")
list(LENGTH refused count)
if(NOT out MATCHES "^7,0,1,0,0,1,0,1,converged\n" OR NOT count EQUAL 8)
  message(SEND_ERROR "not one row for each of bad.jsonl:\n${out}")
endif()

# All of the input, and options.
file(WRITE columns.csv "id,weight,mean\na,1,0\n")
file(WRITE nameless.csv "a,1,0,1\n")
file(WRITE numbers.csv "1,1,0,1\n")
fails(batch "--mixtures: columns.csv has no column stddev, but id,weight,mean\n" ARGUMENTS --mixtures columns.csv)
fails(batch "--mixtures: nameless.csv has no column weight, but a,1,0,1\n" ARGUMENTS --mixtures nameless.csv)
fails(batch "--mixtures: numbers.csv has no line of names" ARGUMENTS --mixtures numbers.csv)
fails(batch "--mixtures: none.csv cannot be read: No such file or directory\n" ARGUMENTS --mixtures none.csv)
fails(batch "--mixtures: . cannot be read: Is a directory\n" ARGUMENTS --mixtures .)
fails(batch "--threads: " ARGUMENTS --threads 0)
fails(batch "--thread is no option; the nearest one is --threads " ARGUMENTS --thread 2)
fails(batch "--output: none/a.csv cannot be written: No such file or directory\n"
      ARGUMENTS --mixtures mixtures.csv --output none/a.csv)
if(EXISTS /dev/full)
  fails(batch "--output: /dev/full cannot be written: No space left on device\n"
        ARGUMENTS --mixtures thousand.csv --output /dev/full)
endif()
