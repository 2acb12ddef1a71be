# Looks into a built program: position independent, its relocations read-only from the start, no executable
# stack, with stack protectors and checked C library calls; and linked to what the list of components names alone.
#   cmake -DPROGRAM=... -DREADELF=... -DSBOM=... -P hardening.cmake
execute_process(COMMAND ${READELF} --wide --file-header --program-headers --dynamic --dyn-syms ${PROGRAM}
  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
foreach(pattern
    "Type: +DYN"
    "GNU_RELRO"
    "BIND_NOW|FLAGS_1[^\n]* NOW"
    "GNU_STACK[^\n]*RW "
    "__stack_chk_fail"
    "__[a-z]+_chk@")
  if(NOT text MATCHES "${pattern}")
    message(SEND_ERROR "${PROGRAM}: readelf shows nothing like \"${pattern}\"")
  endif()
endforeach()
if(text MATCHES "GNU_STACK[^\n]*RWE")
  message(SEND_ERROR "${PROGRAM}: its stack is executable")
endif()

file(READ ${SBOM} sbom)
string(REGEX REPLACE "[][]" " " text "${text}")  # brackets would join the elements of a list
string(REGEX MATCHALL "Shared library: .lib[a-z_]+" libraries "${text}")
list(LENGTH libraries count)
if(count EQUAL 0)
  message(SEND_ERROR "${PROGRAM}: readelf shows no library")
endif()
foreach(library IN LISTS libraries)
  string(REGEX REPLACE ".*: .lib" "" name "${library}")
  # Of every system: the C library, and the compiler's.
  if(NOT name MATCHES "^(c|m|gcc_s|stdc)$" AND NOT sbom MATCHES "\"(lib)?${name}(lib)?\"")
    message(SEND_ERROR "${PROGRAM} links lib${name}, which nst-sbom.cdx.json does not name")
  endif()
endforeach()
