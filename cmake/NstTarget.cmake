# What makes a defect that overwrites memory end the program instead of serving an attacker. Not for the kernels,
# which read no foreign bytes and are measured by the cycle.
option(NST_HARDENING "Stack protector, checked C library calls, marked branch targets, read-only relocations" ON)
function(nst_harden target)
  set(is_optimised "$<OR:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>,$<BOOL:${NST_OPTIMISE_UNASKED}>>")
  target_compile_options(${target} PRIVATE
    -fstack-protector-strong
    $<${is_optimised}:-U_FORTIFY_SOURCE>
    $<${is_optimised}:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    target_compile_options(${target} PRIVATE -fcf-protection)
  endif()
  get_target_property(type ${target} TYPE)
  if(type MATCHES "EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY")
    target_link_options(${target} PRIVATE LINKER:-z,relro,-z,now,-z,noexecstack)
  endif()
endfunction()

# Settings of all targets of this project. Each target gets them separately, so that an embedding
# project keeps its own.
function(nst_configure_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    $<$<BOOL:${NST_WARNINGS_AS_ERRORS}>:-Werror>)
  if(NST_HARDENING AND CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT target STREQUAL "nst_kernels"
      AND NOT NST_TSAN AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    nst_harden(${target})
  endif()
  if(NST_TSAN AND NOT target STREQUAL "nst_kernels")  # which have no threads and compile for minutes
    target_compile_options(${target} PRIVATE -O1 -g1 -fsanitize=thread)
  endif()
  if(NST_FUZZ AND NOT target STREQUAL "nst_kernels")  # which read no foreign bytes
    # clang's -O1 inlines little: with it the targets run half as fast.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link -O2)
  endif()
  if(NST_COVERAGE AND NOT target STREQUAL "nst_kernels")
    target_compile_options(${target} PRIVATE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(${target} PUBLIC -fprofile-instr-generate)
  endif()
  if(NST_OPTIMISE_UNASKED)
    target_compile_options(${target} PRIVATE -O3 -DNDEBUG)
  endif()
endfunction()

# Compiles a target's own code quickly: commands and tests spend their time in the library, not in code of
# their own, and there are many of them. At -O1 g++ needs two thirds of the time; under the sanitizers
# clang needs half of it at -O0. A debug build keeps its flags.
function(nst_compile_quickly target)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
  endif()
endfunction()

# An embedding project without a build type would get NST unoptimised, which is five to ten times
# slower. NST's own targets are then compiled as Release ones, unless the project's flags name an
# optimisation level.
set(NST_OPTIMISE_UNASKED OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND NOT CMAKE_CXX_FLAGS MATCHES "(^| )-O")
  set(NST_OPTIMISE_UNASKED ON)
  message(STATUS "NST: no build type is set; its own targets are compiled with -O3")
endif()
