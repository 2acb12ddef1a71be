# Runs the example programs and compares their pictures with nst-run's, byte by byte.
#   NST_RUN STYLIZE STYLIZE_C STYLES FRAMES_C   the programs
#   SAMPLES                                     the sample pictures
#   WORK                                        a folder, which is made empty
cmake_minimum_required(VERSION 3.22)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nended with ${result}:\n${errors}")
  endif()
endfunction()

function(expect_equal made expected)
  file(SHA256 ${made} a)
  file(SHA256 ${expected} b)
  if(NOT a STREQUAL b)
    message(FATAL_ERROR "${made} is not the picture that nst-run paints, ${expected}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(content ${SAMPLES}/content.jpg)
set(oil ${SAMPLES}/style-oil.jpg)
set(glass ${SAMPLES}/style-glass.jpg)

# The examples write the picture alone.
foreach(type png jpg)
  run(${NST_RUN} --metadata none ${content} -s ${oil} -o ${WORK}/oil.${type})
  run(${STYLIZE} ${content} ${oil} ${WORK}/cpp.${type})
  run(${STYLIZE_C} ${content} ${oil} ${WORK}/c.${type})
  expect_equal(${WORK}/cpp.${type} ${WORK}/oil.${type})
  expect_equal(${WORK}/c.${type} ${WORK}/oil.${type})
endforeach()

run(${NST_RUN} --metadata none ${content} -s ${glass} -o ${WORK}/glass.png)
run(${STYLES} ${content} ${WORK} ${oil} ${glass})
expect_equal(${WORK}/1.png ${WORK}/oil.png)
expect_equal(${WORK}/2.png ${WORK}/glass.png)
if(NOT EXISTS ${WORK}/mixture.png)
  message(FATAL_ERROR "No mixture was painted")
endif()

# Makes two frames of 8×8 pixels, opaque white in BGRA. The painted frames must be equal and opaque.
execute_process(COMMAND printf "%b" "\\0377" OUTPUT_FILE ${WORK}/byte)
set(bytes "")
foreach(i RANGE 511)
  list(APPEND bytes ${WORK}/byte)
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${bytes} OUTPUT_FILE ${WORK}/frames)
execute_process(COMMAND ${FRAMES_C} 8 8 ${oil} INPUT_FILE ${WORK}/frames OUTPUT_FILE ${WORK}/painted
  RESULT_VARIABLE result ERROR_VARIABLE errors)
file(READ ${WORK}/painted painted HEX)
string(LENGTH "${painted}" length)
if(NOT result EQUAL 0 OR NOT length EQUAL 1024)
  message(FATAL_ERROR "frames ended with ${result} after ${length} digits of 1024: ${errors}")
endif()
string(SUBSTRING "${painted}" 0 512 first)
string(SUBSTRING "${painted}" 512 512 second)
string(REGEX MATCHALL "........" pixels "${painted}")
list(FILTER pixels EXCLUDE REGEX "ff$")
if(NOT first STREQUAL second OR NOT pixels STREQUAL "")
  message(FATAL_ERROR "The frames differ or are not opaque")
endif()
