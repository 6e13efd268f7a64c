// Private to the server: the threads of its loop.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace muster {

// At least one thread, named "muster-http", each running `work`. They take no signals: those are for the thread that
// waits for them (`serve`).
[[nodiscard]] std::vector<std::thread> start_server_threads(std::size_t count, const std::function<void()>& work);

}  // namespace muster
