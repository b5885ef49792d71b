# SPDX-License-Identifier: MIT
# What a window leaves out of p or of q is said, with what to do about it; so is what the nodes miss.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

succeeds(divergence OUT ",0,0\n$" ARGUMENTS --mu 4.9 --sigma 9.9 --domain line)
succeeds(divergence ERR "^divergence: warning: the window of --x holds 63 % of the q at mu = 4.9, sigma = 9.9; .*--domain line"
         OUT "4\\.9,9\\.9,[0-9.]+,4\\.07" "log_mass_q\n.*,-0\\.46[0-9]*\n$" ARGUMENTS --mu 4.9 --sigma 9.9)
succeeds(divergence ERR "window of --x holds nothing of p, .*--domain line .*--x 984,1026,0.1 suits p\n"
         ARGUMENTS --means 1000,1010 --mu 1000)
succeeds(divergence ARGUMENTS --means 1000,1010 --mu 1000 --x 984,1026,0.1)
succeeds(divergence ERR "window of --x holds 50 % of p" OUT ",-0\\.69[0-9]*,[^,]*\n$" ARGUMENTS --means -3,15)
succeeds(divergence ERR "nodes of --x are too far apart for p, they count 150 % of p, .*--x -12.35,12.35,0.005 suits p\n"
         ARGUMENTS --stddevs 0.01,1)
succeeds(divergence ERR "nodes too far apart, they count 199 % of the q at mu = 0, sigma = 0.01"
         ARGUMENTS --sigma 0.01)
succeeds(surfaces ERR "holds 62.9 % of the q at mu = -5, sigma = 9.9, and is off by more than 0.1 % for 7541 of 9900 q;"
         ARGUMENTS)
succeeds(surfaces ARGUMENTS --mu -1,1,0.5 --sigma 1,2,0.5)
succeeds(surfaces ARGUMENTS --domain line)
# So does each row, of its own q; half of a q at the window's end is outside, and that is no node.
succeeds(fit OUT "log_mass_q\n.*,0\n" ARGUMENTS --domain line --output -)
succeeds(alpha OUT "log_mass_q\n.*,0\n" ARGUMENTS --domain line --orders 2)
succeeds(asymmetry OUT "log_mass_p,log_mass_q\n.*,0,0\n" ARGUMENTS --domain line --scale 1,1.5,1)
succeeds(descent OUT "gradient_norm,log_mass_q\nforward,gradient_descent,0,0,10,1,[^\n]*,-0\\.71[0-9]*\n" ERR "."
         ARGUMENTS --start-means 10 --start-stddevs 1)
foreach(example IN ITEMS densities fit descent alpha)
  succeeds(${example} ERR "^${example}: warning: the window of --x holds [0-9.]+ % of p" ARGUMENTS --means -3,9)
endforeach()
succeeds(asymmetry ERR "window of --x holds [0-9.]+ % of p" OUT "log_mass_p,log_mass_q\n1,forward,flat,[^\n]*,-0\\.0859[0-9]*,-[0-9.]+\n1,reverse,minimum"
         ARGUMENTS --means -3,9 --scale 1,1.5,1)

# The nodes of p's own file are r's and q's window too.
set(density x,density)
foreach(tenth RANGE -40 40)
  math(EXPR below "40 - ${tenth}")
  math(EXPR above "40 + ${tenth}")
  math(EXPR value "1 + ${below} * ${above}")
  string(APPEND density "\n${tenth}e-1,${value}")
endforeach()
file(WRITE density.csv "${density}\n")
file(WRITE narrow.csv "weight,mean,stddev\n1,0,1\n")
file(WRITE wide.csv "weight,mean,stddev\n1,0,4\n")
succeeds(relative_entropy ARGUMENTS --density density.csv --other narrow.csv)
succeeds(relative_entropy OUT "log_mass_r\n.*,-0\\.38[0-9]*\n$" ERR "^relative_entropy: warning: the nodes of --density count 68[.0-9]* % of r, .*; give p on a wider or finer grid\n"
         ARGUMENTS --density density.csv --other wide.csv)
succeeds(divergence ERR "file of --density holds 50[.0-9]* % of the q at mu = 4, sigma = 1; .*give p on a wider or finer grid\n"
         ARGUMENTS --density density.csv --mu 4)
# Each example that names its q warns of them.
succeeds(densities ERR "window of --x holds nothing of the q at mu = 100, sigma = 1; .*--domain line" ARGUMENTS --mu 100)
