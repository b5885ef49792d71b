# SPDX-License-Identifier: MIT
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/klgrid)

install(DIRECTORY include/klgrid DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/klgrid)
install(TARGETS klgrid EXPORT klgrid-targets)
install(EXPORT klgrid-targets NAMESPACE klgrid:: DESTINATION ${package_dir})

configure_package_config_file(cmake/klgridConfig.cmake.in ${PROJECT_BINARY_DIR}/klgridConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/klgridConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/klgridConfig.cmake ${PROJECT_BINARY_DIR}/klgridConfigVersion.cmake
        DESTINATION ${package_dir})
