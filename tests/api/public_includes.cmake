# Checks which public headers (nst/...) the files below the interface include. The lists below name
# the permitted ones. Headers that name a Model are not among them, because a changed comment in the
# interface would then recompile everything.
#   ENGINE   the folder engine
cmake_minimum_required(VERSION 3.22)

set(allowed_base error)
set(allowed_platform error files)
set(allowed_graph error progress threads)
set(allowed_networks error style)
set(allowed_image error files image style)
set(allowed_model error)
set(allowed_weights error)

set(wrong "")
foreach(room base platform graph networks image model weights)
  file(GLOB sources RELATIVE ${ENGINE} ${ENGINE}/${room}/*.hpp ${ENGINE}/${room}/*.cpp)
  if(NOT sources)
    message(FATAL_ERROR "${ENGINE}/${room} has no sources: this check looks in the wrong place")
  endif()
  foreach(source IN LISTS sources)
    file(STRINGS ${ENGINE}/${source} lines REGEX "^#include [<\"]nst/")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include [<\"]nst/([a-z_]+)\\.h.*$" "\\1" header "${line}")
      if(NOT header IN_LIST allowed_${room})
        string(APPEND wrong "  ${source}: ${line}\n")
      endif()
    endforeach()
  endforeach()
endforeach()
if(wrong)
  message(FATAL_ERROR "These include more of the public interface than their room may:\n${wrong}")
endif()
