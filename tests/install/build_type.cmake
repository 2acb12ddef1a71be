# Checks that an embedding project without a build type gets NST optimised and its own targets
# unchanged. If the project's flags name an optimisation level, NST uses that level.
#   SOURCE     the embedding project
#   WORK       a folder, which is made empty
#   SETTINGS   options of the configuration, separated by |
cmake_minimum_required(VERSION 3.22)

string(REPLACE "|" ";" settings "${SETTINGS}")
list(FILTER settings EXCLUDE REGEX "CMAKE_BUILD_TYPE|CMAKE_CXX_FLAGS")

# Sets `nst` and `host` to the compile commands of one source of NST and one of the embedding
# project.
function(configure name)
  file(REMOVE_RECURSE ${WORK}/${name})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/${name} ${settings}
      -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The embedding project cannot be configured:\n${output}")
  endif()
  file(STRINGS ${WORK}/${name}/compile_commands.json commands REGEX "\"command\"")
  set(nst ${commands})
  list(FILTER nst INCLUDE REGEX "engine/image/resize\\.cpp")
  set(host ${commands})
  list(FILTER host INCLUDE REGEX "stylize\\.cpp")
  if(NOT nst OR NOT host)
    message(FATAL_ERROR "No compile commands were found")
  endif()
  set(nst "${nst}" PARENT_SCOPE)
  set(host "${host}" PARENT_SCOPE)
endfunction()

configure(none)
if(NOT nst MATCHES " -O3 " OR host MATCHES " -O")
  message(FATAL_ERROR "Without a build type: NST ${nst}\nthe host ${host}")
endif()
configure(flags "-DCMAKE_CXX_FLAGS=-O1")
if(nst MATCHES " -O3 " OR NOT nst MATCHES " -O1 ")
  message(FATAL_ERROR "With -O1 in the host's flags: NST ${nst}")
endif()
configure(debug -DCMAKE_BUILD_TYPE=Debug)
if(nst MATCHES " -O3 ")
  message(FATAL_ERROR "In a debug build: NST ${nst}")
endif()
