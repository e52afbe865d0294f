# SPDX-License-Identifier: Apache-2.0
# CMake: cmake -DCMAKE_TOOLCHAIN_FILE=SDK/share/wasm-linux.cmake …
get_filename_component(_sdk "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_SYSROOT "${_sdk}/sysroot")
set(CMAKE_C_COMPILER "${_sdk}/bin/wasm-linux-cc")
set(CMAKE_ASM_COMPILER "${_sdk}/bin/wasm-linux-cc")
set(CMAKE_AR "${_sdk}/bin/wasm-linux-ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${_sdk}/bin/wasm-linux-ranlib" CACHE FILEPATH "")
set(CMAKE_NM "${_sdk}/bin/wasm-linux-nm" CACHE FILEPATH "")
set(CMAKE_STRIP "${_sdk}/bin/wasm-linux-strip" CACHE FILEPATH "")

# Programs are static: there is no dynamic loader, and nothing to export symbols to.
set(BUILD_SHARED_LIBS OFF CACHE BOOL "")
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
set(CMAKE_SHARED_LIBRARY_LINK_C_FLAGS "")

# Libraries of the build machine are none of ours.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${_sdk}/sysroot/lib/pkgconfig")
