# Installs the library, its headers and the programs, and the files with which CMake and pkg-config
# find them.
include(CMakePackageConfigHelpers)

set_target_properties(nst PROPERTIES
  VERSION ${PROJECT_VERSION}
  # Before 1.0, every minor version may change the interface.
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

install(TARGETS nst EXPORT nst
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine/include/nst
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/THIRD-PARTY
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

# Libraries that a program needs besides a static libnst. A shared libnst brings them along.
set(nst_package_dependencies "")
set(nst_pc_requires "")
set(nst_pc_libs "")
if(NOT BUILD_SHARED_LIBS)
  if(JPEG::JPEG IN_LIST nst_library_dependencies)
    string(APPEND nst_package_dependencies "find_dependency(JPEG)\n")
    list(APPEND nst_pc_requires libjpeg)
  endif()
  if(PNG::PNG IN_LIST nst_library_dependencies)
    string(APPEND nst_package_dependencies "find_dependency(PNG)\n")
    list(APPEND nst_pc_requires libpng zlib)  # zlib inflates a PNG's orientation if a compressed
                                              # text holds it
  endif()
  foreach(library IN LISTS nst_installed_libraries)
    if(IS_ABSOLUTE ${library})
      list(APPEND nst_pc_libs ${library})
    else()
      list(APPEND nst_pc_libs -l${library})
    endif()
  endforeach()
endif()
list(JOIN nst_pc_requires " " nst_pc_requires)
list(JOIN nst_pc_libs " " nst_pc_libs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nst)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/nstConfig.cmake.in
  ${PROJECT_BINARY_DIR}/nstConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nstConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT nst NAMESPACE nst:: FILE nstTargets.cmake
  DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/nstConfig.cmake ${PROJECT_BINARY_DIR}/nstConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)

# The path is relative to the folder of nst.pc, so that the prefix may be moved.
file(RELATIVE_PATH nst_pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/nst.pc.in ${PROJECT_BINARY_DIR}/nst.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/nst.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
