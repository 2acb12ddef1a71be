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
  if(NST_FUZZ AND NOT target STREQUAL "nst_kernels")  # which read no foreign bytes
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(NST_OPTIMISE_UNASKED)
    target_compile_options(${target} PRIVATE -O3 -DNDEBUG)
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
