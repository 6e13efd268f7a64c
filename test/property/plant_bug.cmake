# cmake -DINPUT=… -DOUTPUT=… -DOLD=… -DNEW=… -P plant_bug.cmake
# Writes a copy of INPUT in which the one occurrence of OLD is NEW. An OLD that is not there exactly once is an error, so that a
# planted bug cannot silently become a copy of the right code.
file(READ "${INPUT}" source)
string(FIND "${source}" "${OLD}" first)
string(FIND "${source}" "${OLD}" last REVERSE)
if(first EQUAL -1 OR NOT first EQUAL last)
  message(FATAL_ERROR "${INPUT}: this must stand there exactly once, adapt test/property/CMakeLists.txt: ${OLD}")
endif()
string(REPLACE "${OLD}" "${NEW}" planted "${source}")
if(planted STREQUAL source)
  message(FATAL_ERROR "${INPUT}: planting changed nothing")
endif()
file(WRITE "${OUTPUT}" "${planted}")
