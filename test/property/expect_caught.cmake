# cmake -DTESTS=executable -DCASE=case -P expect_caught.cmake
# The comparison with exhaustive search must fail by an expectation of its own: a crash, a missing program or an empty run is
# no proof that it looks.
execute_process(COMMAND "${TESTS}" --gtest_filter=${CASE} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 1 OR NOT output MATCHES "FAILED  . ${CASE}" OR NOT output MATCHES "Failure")
  message(FATAL_ERROR "the planted bug was not caught (status ${status}):\n${output}")
endif()
string(REGEX MATCH "world [0-9]+" world "${output}")
message(STATUS "caught in ${world}")
