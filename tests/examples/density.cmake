# SPDX-License-Identifier: MIT
# --density FILE
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# N(0, 1) times exp(7) sqrt(2 pi) on nodes sinh(t), t = -2.6, -2.55, ..., 2.6, and q = N(0.3, 0.5^2):
# D(p||q) = log 0.5 + 1.09 / 0.5 - 0.5 = 0.98685282, D(q||p) = -log 0.5 + 0.34 / 2 - 0.5 = 0.36314718.
set(normal ${CMAKE_CURRENT_LIST_DIR}/data/normal.csv)
succeeds(divergence OUT "\n0\\.3,0\\.5,0\\.98685281[0-9]*,0\\.36314718[0-9]*,"
         ARGUMENTS --density ${normal} --mu 0.3 --sigma 0.5)
set(expected "${out}")
succeeds(divergence INPUT ${normal} ARGUMENTS --density - --mu 0.3 --sigma 0.5)
same("${out}" "${expected}")
succeeds(fit OUT "105 nodes" ARGUMENTS --density ${normal})
foreach(example IN ITEMS densities descent alpha)
  succeeds(${example} ARGUMENTS --density ${normal})
endforeach()
succeeds(surfaces ERR "^surfaces: warning: the file of --density holds [0-9.]+ % of the q at .*give p on a wider or finer grid"
         ARGUMENTS --density ${normal})
succeeds(asymmetry ARGUMENTS --density ${normal} --scale 0.5,1.1,0.5)

# A density that is 0 outside of (0, 1), of mass 12: the reverse divergence is infinite for every q, and said so.
file(WRITE zeros.csv "density,x\n0,-2\n0,-1\n0,-0.5\n0,-0.25\n12,0\n12,0.25\n12,0.5\n12,0.75\n12,1\n0,1.25\n0,1.5\n0,2\n0,3\n")
succeeds(fit OUT "infinite for every Gaussian" ERR "." ARGUMENTS --density zeros.csv)
succeeds(fit OUT "^direction,mu,sigma,kl,status,log_mass_q\nforward,0\\.5,[^\n]*,converged,[^,\n]*\n$" ERR "."
         ARGUMENTS --density zeros.csv --output -)
succeeds(divergence OUT "\n0\\.5,0\\.3,0\\.[0-9]*,inf," ERR "." ARGUMENTS --density zeros.csv --mu 0.5 --sigma 0.3)
foreach(example IN ITEMS surfaces densities descent alpha)
  succeeds(${example} ERR "." ARGUMENTS --density zeros.csv)
endforeach()

file(WRITE unsorted.csv "x,density\n0,1\n2,1\n1,1\n")
file(WRITE twice.csv "x,density\n0,1\n1,1\n1,1\n")
file(WRITE column.csv "x\n0\n1\n")
file(WRITE nameless.csv "0,1\n1,1\n")
file(WRITE negative.csv "x,density\n0,1\n1,-1\n")
file(WRITE nan.csv "x,log_density\n0,1\n1,nan\n")
file(WRITE infinite.csv "x,log_density\n0,-inf\n1,inf\n")
file(WRITE nothing.csv "x,density\n0,0\n1,0\n")
file(WRITE one.csv "x,density\n0,1\n")
fails(divergence "--density: unsorted.csv:4: x: must be larger than in the line before, got 1\n" ARGUMENTS --density unsorted.csv)
fails(divergence "--density: twice.csv:4: x: must be larger" ARGUMENTS --density twice.csv)
fails(divergence "--density: column.csv has to have the columns x,density or x,log_density, but has x\n" ARGUMENTS --density column.csv)
fails(divergence "--density: nameless.csv has to have .*no line of names\n" ARGUMENTS --density nameless.csv)
fails(divergence "--density: negative.csv:3: density: must be finite and >= 0, got -1\n" ARGUMENTS --density negative.csv)
fails(divergence "--density: nan.csv:3: log_density: must be a number or -inf, got nan\n" ARGUMENTS --density nan.csv)
fails(divergence "--density: infinite.csv:3: log_density: must be a number or -inf, got inf\n" ARGUMENTS --density infinite.csv)
fails(divergence "--density: .*above -inf at some node" ARGUMENTS --density nothing.csv)
fails(divergence "--density: one.csv:2: x: must be one of two or more" ARGUMENTS --density one.csv)
fails(divergence "--domain: line is for mixtures" ARGUMENTS --density ${normal} --domain line)
fails(densities "--domain: line is for mixtures" ARGUMENTS --density ${normal} --domain line)
fails(divergence "--x: not together with --density" ARGUMENTS --density ${normal} --x 0,1,0.1)
