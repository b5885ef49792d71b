# SPDX-License-Identifier: MIT
# The best Gaussians of the notebook's mixture, as a table to read and as CSV.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# On the line D(p||q) is least for p's moments, 0 and sqrt(10); D(q||p) has a minimum in each hump and one over both.
set(table "D\\(p\\|\\|q\\) +-?0\\.0000 +3\\.1623 +0\\.46[0-9]+  covers p\n"
          "D\\(q\\|\\|p\\) +-2\\.98[0-9]+ +1\\.02[0-9]+ +0\\.688[0-9]+  the best\nD\\(q\\|\\|p\\) +2\\.98"
          "\nD\\(q\\|\\|p\\) +0\\.0000 +2\\.74[0-9]+ +0\\.84")
succeeds(fit OUT "^p: mixture of 2 Gaussians\n" ${table} ARGUMENTS --domain line)
succeeds(fit OUT ${table} ARGUMENTS --domain line --output fit.csv)
succeeds(fit ARGUMENTS --domain line --output -)
file(READ fit.csv csv)
same("${csv}" "${out}")
string(REGEX MATCHALL "\n" ends "${csv}")
list(LENGTH ends lines)
if(NOT lines EQUAL 5 OR NOT csv MATCHES "^direction,mu,sigma,kl,status,log_mass_q\nforward,[^\n]*,converged,0\nreverse,")
  message(SEND_ERROR "fit.csv holds\n${csv}")
endif()

# A narrow component that the mesh does not resolve is found from p's parts.
succeeds(fit OUT "D\\(q\\|\\|p\\) +2\\.0000000 +0\\.0010007 " ARGUMENTS --domain line --weights 0.3,0.7 --means 0,2 --stddevs 1,1e-3)
# On a window p can be too wide to be covered: the descent of D(p||q) finds no minimum and says so.
succeeds(fit OUT "D\\(p\\|\\|q\\)[^\n]*no minimum" ERR "." ARGUMENTS --means -8,8)
fails(fit "--mu, --sigma: .*at least two" ARGUMENTS --mu 0,1,1)
