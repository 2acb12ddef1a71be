# Builds example programs as another project would and runs them on the sample pictures. Their
# result must equal EXPECTED byte for byte.
#   WORK               a folder, which is made empty
#   EXPECTED CONTENT STYLE
# With CMake:
#   SOURCE             the other project
#   PROGRAMS           its programs, separated by commas
#   SETTINGS           options of its configuration, separated by |
# With pkg-config:
#   COMPILE            compiler and options, separated by |
#   PROGRAM_SOURCE     the program's only source
#   PC_PATH            the folder of nst.pc
#   LIBRARY_PATH       the folder of libnst
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

if(DEFINED SOURCE)
  string(REPLACE "|" ";" settings "${SETTINGS}")
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} ${settings})
  run(${CMAKE_COMMAND} --build ${WORK} --parallel 2)
  string(REPLACE "," ";" programs "${PROGRAMS}")
else()
  run(${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${PC_PATH} pkg-config --cflags --libs nst)
  separate_arguments(flags UNIX_COMMAND "${output}")
  string(REPLACE "|" ";" compile "${COMPILE}")
  run(${compile} ${PROGRAM_SOURCE} -o ${WORK}/stylize ${flags} -Wl,-rpath,${LIBRARY_PATH})
  set(programs stylize)
endif()

file(SHA256 ${EXPECTED} expected)
foreach(program IN LISTS programs)
  run(${WORK}/${program} ${CONTENT} ${STYLE} ${WORK}/${program}.ppm)
  file(SHA256 ${WORK}/${program}.ppm painted)
  if(NOT painted STREQUAL expected)
    message(FATAL_ERROR "${WORK}/${program}.ppm is not the picture that nst-run paints, ${EXPECTED}")
  endif()
endforeach()
