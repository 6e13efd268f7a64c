#include "extender/http/server_threads.hpp"

#include <algorithm>
#include <csignal>

#include <pthread.h>

namespace muster {

std::vector<std::thread> start_server_threads(std::size_t count, const std::function<void()>& work) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the threads
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
        threads.emplace_back(work);
        pthread_setname_np(threads.back().native_handle(), "muster-http");
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return threads;
}

}  // namespace muster
