# cmake -DTESTS=executable -DCASE=filter -DPROPERTY=regex -P expect_broken.cmake
# The simulation of the gang protocol must fail by that property: a crash, a missing program or an empty run is no proof that it
# looks. It stops at the first world that fails, so it may look at many.
set(ENV{MUSTER_WORLDS} 2000)
execute_process(COMMAND "${TESTS}" "--gtest_filter=${CASE}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX MATCH "BROKEN (${PROPERTY})" caught "${output}")
if(NOT status EQUAL 1 OR caught STREQUAL "")
  string(SUBSTRING "${output}" 0 4000 output)
  message(FATAL_ERROR "the planted bug was not caught as ${PROPERTY} (status ${status}):\n${output}")
endif()
message(STATUS "${caught}")
