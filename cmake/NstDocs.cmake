# Adds the target docs, which makes the API reference with doxygen, if doxygen is installed.
# Warnings are errors.
find_program(NST_DOXYGEN doxygen)
mark_as_advanced(NST_DOXYGEN)
if(NOT NST_DOXYGEN)
  return()
endif()
configure_file(${PROJECT_SOURCE_DIR}/docs/api/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
add_custom_target(docs
  COMMAND ${NST_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile
  COMMENT "API reference in ${PROJECT_BINARY_DIR}/docs/api/index.html" VERBATIM)
