# Looks into a built program: position independent, its relocations read-only from the start, no executable
# stack, with stack protectors and checked C library calls.
#   cmake -DPROGRAM=... -DREADELF=... -P hardening.cmake
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
