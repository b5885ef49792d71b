# SPDX-License-Identifier: MIT
# An Eigen of the version EIGEN_STUB_VERSION, with the rule by which the package of Eigen 5 judges a request: a version means
# its written parts (3.4 is 3.4.x alone), a range what it spans. Eigen 3 takes a request by the major version, and refuses
# a range that ends in another.
set(PACKAGE_VERSION ${EIGEN_STUB_VERSION})
string(REGEX MATCH "^[0-9]+" major ${PACKAGE_VERSION})
set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(PACKAGE_FIND_VERSION_COUNT EQUAL 0)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
elseif(PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
elseif(PACKAGE_FIND_VERSION_RANGE)
  if(PACKAGE_FIND_VERSION_MAX_MAJOR EQUAL major)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
  endif()
elseif(major LESS 5 AND PACKAGE_FIND_VERSION_MAJOR EQUAL major)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
elseif("${PACKAGE_VERSION}." MATCHES "^${PACKAGE_FIND_VERSION}\\.")
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
