# cmake -DSCRIPT=expect_caught.cmake -DFOLDER=for programs -P expect_caught_test.cmake
# expect_caught.cmake against programs that say what a GoogleTest executable says, and end as it may: only a case that ran to
# its end and failed by an expectation counts.
set(begin "[==========] Running 1 test from 1 test suite.\n[----------] 1 test from Planner\n[ RUN      ] Planner.Best\n")
set(failure "test/x_test.cpp:12: Failure\nExpected equality of these values:\nworld 7\n")
set(failed "[  FAILED  ] Planner.Best (3 ms)\n")
set(end "[==========] 1 test from 1 test suite ran. (3 ms total)\n[  PASSED  ] 0 tests.\n\n 1 FAILED TEST\n")

# judged(CAUGHT TEXT LAST): the script's answer about a program that writes TEXT, then does LAST, is CAUGHT.
function(judged caught text last)
  set(program ${FOLDER}/expect_caught_program.sh)
  file(WRITE ${program} "#!/bin/sh\ncat <<'TEXT'\n${text}TEXT\n${last}\n")
  file(CHMOD ${program} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  execute_process(COMMAND ${CMAKE_COMMAND} -DTESTS=${program} -DCASE=Planner.Best -P ${SCRIPT}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(caught)
    set(answer "caught in world 7")
  else()
    set(answer "the planted bug was not caught")
  endif()
  if(NOT output MATCHES "${answer}" OR (caught AND NOT status EQUAL 0) OR (NOT caught AND status EQUAL 0))
    message(SEND_ERROR "expected \"${answer}\" of: ${text}${last}\n${output}")
  endif()
endfunction()

judged(TRUE "${begin}${failure}${failed}${end}" "exit 1")
judged(FALSE "${begin}${failure}${failed}${end}" "exit 0")
judged(FALSE "${begin}${failure}" "kill -ABRT $$")
judged(FALSE "${begin}${failure}${failed}" "kill -SEGV $$")
judged(FALSE "${begin}${failure}" "exit 1")
judged(FALSE "${begin}${failed}${end}" "exit 1")
judged(FALSE "terminate called without an active exception\n" "exit 1")
judged(FALSE "[==========] Running 0 tests from 0 test suites.\n[  PASSED  ] 0 tests.\n" "exit 1")
string(REPLACE "Planner.Best" "Planner.BestOfAll" other "${begin}${failure}${failed}${end}")
judged(FALSE "${other}" "exit 1")
judged(FALSE "${begin}[       OK ] Planner.Best (3 ms)\n${failure}${end}" "exit 1")
