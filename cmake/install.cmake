# SPDX-License-Identifier: MIT
# A guest's own installation leaves klgrid out unless KLGRID_INSTALL says otherwise; the rules are there in any case, so that
# a guest may export targets that link to klgrid.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(NOT KLGRID_INSTALL)
  set(unless_asked EXCLUDE_FROM_ALL)
endif()
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/klgrid)
set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(DIRECTORY include/klgrid DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT klgrid ${unless_asked}
        FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/klgrid COMPONENT klgrid ${unless_asked})
install(FILES cmake/compiled.cmake cmake/compiled.cpp DESTINATION ${package_dir} COMPONENT klgrid ${unless_asked})
install(TARGETS klgrid EXPORT klgrid-targets)
install(EXPORT klgrid-targets NAMESPACE klgrid:: DESTINATION ${package_dir} COMPONENT klgrid ${unless_asked})

configure_package_config_file(cmake/klgridConfig.cmake.in ${PROJECT_BINARY_DIR}/klgridConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
configure_file(cmake/klgridConfigVersion.cmake.in klgridConfigVersion.cmake @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/klgridConfig.cmake ${PROJECT_BINARY_DIR}/klgridConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT klgrid ${unless_asked})

# The prefix is told from the file's own place, so an installation may be moved.
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${pkgconfig_dir} /prefix)
configure_file(cmake/klgrid.pc.in klgrid.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/klgrid.pc DESTINATION ${pkgconfig_dir} COMPONENT klgrid ${unless_asked})

# cpack -G DEB makes libklgrid-dev, for every architecture.
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_PACKAGE_NAME libklgrid-dev)
  set(CPACK_PACKAGE_VENDOR "The klgrid authors")
  set(CPACK_PACKAGE_CONTACT "The klgrid authors")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libeigen3-dev (>= 3.4)")
  include(CPack)
endif()
