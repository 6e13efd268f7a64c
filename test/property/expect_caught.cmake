# cmake -DTESTS=executable -DCASE=case -P expect_caught.cmake
# Of a planner with a planted fault the case must run to its end and fail by an expectation of its own: a crash, an abort, an
# end of time, a missing program, a missing case or another one that fails is no proof that it looks.
execute_process(COMMAND "${TESTS}" "--gtest_filter=${CASE}" --gtest_color=no TIMEOUT 280
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REPLACE "." "[.]" case "${CASE}")
set(message "[^\n]+:[0-9]+: Failure\n")  # file:line of an expectation that failed
foreach(seen IN ITEMS
    "\\[==========\\] Running 1 test from 1 test suite[.]\n"
    "\\[ RUN      \\] ${case}\n.*${message}.*\\[  FAILED  \\] ${case} \\([0-9]+ ms\\)\n"
    "\\[==========\\] 1 test from 1 test suite ran[.]"
    "\n 1 FAILED TEST\n")
  if(NOT status EQUAL 1 OR NOT output MATCHES "${seen}")
    string(SUBSTRING "${output}" 0 4000 shown)
    message(FATAL_ERROR "the planted bug was not caught (status ${status}; expected: ${seen}):\n${shown}")
  endif()
endforeach()
string(REGEX MATCH "world [0-9]+" world "${output}")
message(STATUS "caught in ${world}")
