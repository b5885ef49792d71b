# SPDX-License-Identifier: MIT
# What is said of options, and of output that cannot be written.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# A misspelt option is answered with the nearest one.
fails(divergence "--sigm is no option; the nearest one is --sigma " ARGUMENTS --sigm 2)
fails(surfaces "--ouput is no option; the nearest one is --output " ARGUMENTS --ouput=x.csv)
fails(fit "--sample is no option; the nearest one is --samples " ARGUMENTS --sample x.csv)
fails(divergence "--bogus is no option .--help lists all" ARGUMENTS --bogus)  # near to none
fails(alpha "--weihgts is no option; the nearest one is --weights " ARGUMENTS --weihgts 1)
fails(densities "word stands alone" ARGUMENTS word)
fails(divergence "--domain: lin not in {grid,line}" ARGUMENTS --domain lin)

# More than there is room for names the option.
fails(surfaces "--mu: 0,1000000,0.001 are more than 10000000 values" ARGUMENTS --mu 0,1e6,1e-3)
fails(surfaces "--mu, --sigma: 100000 means by 1000 standard deviations are more than 10000000 cells"
      ARGUMENTS --mu 0,1e4,1e-1 --sigma 1,1001,1)
fails(divergence "--x: 0,1000000000,1 are more than" ARGUMENTS --x 0,1e9,1)

# Values that begin with a sign or a point.
succeeds(divergence OUT "\n-0.5,0.5," ARGUMENTS --mu -.5 --sigma .5)

# The system's reason.
fails(divergence "--output: none/a.csv cannot be written: No such file or directory\n" ARGUMENTS --output none/a.csv)
fails(divergence "--output: . cannot be written: Is a directory\n" ARGUMENTS --output .)
if(EXISTS /dev/full)
  fails(surfaces "--output: /dev/full cannot be written: No space left on device\n" ARGUMENTS --output /dev/full)
endif()

# --help describes each column.
foreach(example IN ITEMS divergence surfaces fit descent asymmetry alpha)
  set(axes)
  if(example STREQUAL asymmetry)
    set(axes --scale 1,1.5,1)
  endif()
  succeeds(${example} ARGUMENTS --domain line --output - ${axes})
  string(REGEX MATCH "^[^\n]*" header "${out}")
  string(REPLACE "," ";" columns "${header}")
  foreach(column IN LISTS columns)
    succeeds(${example} OUT "\nColumns:\n.*\n?  ${column}  +[a-zA-Z0-9]" ARGUMENTS --help)
  endforeach()
endforeach()
