# SPDX-License-Identifier: MIT
# --samples FILE, and the data that come with the examples
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
set(axes --x -9,11,0.1 --mu 0.5 --sigma 1.5)

# A kernel density is a mixture of equal weights. The rules are those of SciPy's gaussian_kde: 3 samples of standard
# deviation 2 have the bandwidths 2 (4 / 9)^(1/5) and 2 (1 / 3)^(1/5).
succeeds(divergence ARGUMENTS --weights 0.25,0.25,0.25,0.25 --means -1,0,2,3.5 --stddevs 0.8,0.8,0.8,0.8 ${axes})
set(expected "${out}")
file(WRITE plain.txt "-1\n0\n2\n3.5\n")
file(WRITE named.csv "value\n-1\n0\n2\n3.5")
file(WRITE columns.csv "name,value,other\na,-1,\nb,0,x\nc,2,\n\"d, e\",3.5,7\n")
foreach(arguments IN ITEMS "plain.txt" "named.csv" "named.csv;--column;value" "columns.csv;--column;value")
  succeeds(divergence ARGUMENTS --samples ${arguments} --bandwidth 0.8 ${axes})
  same("${out}" "${expected}")
endforeach()
succeeds(divergence INPUT columns.csv ARGUMENTS --samples - --column value --bandwidth 0.8 ${axes})
same("${out}" "${expected}")
file(WRITE three.txt "-2\n0\n2\n")
succeeds(fit OUT "3 samples of three.txt, bandwidth 1.701\n" ARGUMENTS --samples three.txt)
succeeds(fit OUT "3 samples of three.txt, bandwidth 1.605\n" ARGUMENTS --samples three.txt --bandwidth scott)
succeeds(densities OUT "^x,p,q\n" ARGUMENTS --samples three.txt)

# The data that come with the examples: their sizes, and the mean and standard deviation that R gives of its copies,
# 20.83146 and 4.568135 (of the paper's numbers), 3.487783 and 1.141371. The Gaussian that covers a kernel density has
# the samples' mean and a variance of (n - 1) / n of theirs and the kernel's.
succeeds(fit OUT "82 samples" "D\\(p\\|\\|q\\) +20\\.8315 +4\\.6490 " "D\\(q\\|\\|p\\)"
         ARGUMENTS --samples ${data}/galaxies.csv --domain line --bandwidth 1)
succeeds(fit OUT "272 samples" "D\\(p\\|\\|q\\) +3\\.4878 +1\\.1567 " "D\\(q\\|\\|p\\).*D\\(q\\|\\|p\\)"
         ARGUMENTS --samples ${data}/old_faithful.csv --column eruption --domain line --bandwidth 0.2)

file(WRITE word.txt "1\n2\n3,5\n")
file(WRITE missing.csv "value,other\n1,2\n,3\n")
file(WRITE infinite.txt "1\ninf\n")
file(WRITE large.txt "1\n1e400\n")
file(WRITE equal.txt "3\n3\n")
file(WRITE one.txt "3\n")
file(WRITE nameless.csv "1,2\n3,4\n")
fails(fit "--samples: word.txt:3: '3,5' is not a number\n" ARGUMENTS --samples word.txt)
fails(fit "--samples: missing.csv:3: value: is empty\n" ARGUMENTS --samples missing.csv --column value)
fails(fit "--samples: infinite.txt:2: must be finite, got inf\n" ARGUMENTS --samples infinite.txt)
fails(fit "--samples: large.txt:2: 1e400 is out of a double's range\n" ARGUMENTS --samples large.txt)
fails(fit "--samples: equal.txt: .*not all equal" ARGUMENTS --samples equal.txt)
fails(fit "--samples: one.txt: .*two elements" ARGUMENTS --samples one.txt)
fails(fit "--samples: missing.csv has 2 columns, value,other: name one by --column\n" ARGUMENTS --samples missing.csv)
fails(fit "--samples: nameless.csv has 2 columns, and no line of names" ARGUMENTS --samples nameless.csv)
fails(fit "--samples: missing.csv has no column x, but value,other\n" ARGUMENTS --samples missing.csv --column x)
fails(fit "--bandwidth: must be silverman, scott or a number > 0, got 0\n" ARGUMENTS --samples plain.txt --bandwidth 0)
fails(fit "--bandwidth: must be silverman, scott or a number > 0, got wide\n"
      ARGUMENTS --samples plain.txt --bandwidth wide)
fails(fit "--bandwidth: is of --samples, which is not given\n" ARGUMENTS --bandwidth 1)
fails(fit "--density: not together with --samples" ARGUMENTS --samples plain.txt --density plain.txt)

# A million lines.
find_program(seq seq)
if(seq)
  execute_process(COMMAND ${seq} 1 1000000 OUTPUT_FILE million.txt COMMAND_ERROR_IS_FATAL ANY)
  succeeds(divergence OUT "^mu,.*\n5e\\+05,150000,0\\." ARGUMENTS --samples million.txt --bandwidth 20000
           --x -100000,1100000,50000 --mu 500000 --sigma 150000)
  file(REMOVE million.txt)
endif()
