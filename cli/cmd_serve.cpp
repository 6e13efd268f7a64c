// `muster serve`: the extender. Wires settings, cluster, service and listeners together, waits for a signal, drains.
#include "cli/command.hpp"
#include "cli/flags.hpp"
#include "cli/machine_folder.hpp"
#include "cli/read_settings.hpp"
#include "extender/http/admin.hpp"
#include "extender/http/handlers.hpp"
#include "extender/http/server.hpp"
#include "extender/kube/kube_cluster.hpp"
#include "extender/kube/steady_clock.hpp"
#include "extender/memory/memory_cluster.hpp"
#include "extender/obs/log.hpp"
#include "policies/registry.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::array kServeFlags{
    FlagSpec{"config", 0, "FILE", "settings (default: all defaults)"},
    FlagSpec{"kubeconfig", 0, "FILE", "how to reach the API server (default: as a pod does)"},
    FlagSpec{"context", 0, "NAME", "context of the kubeconfig (default: its current one)"},
    FlagSpec{"cluster", 0, "FILE", "no API server: nodes and pods from this file, binds in memory"},
    FlagSpec{"validate", 0, "", "check the settings, say what is wrong, and end"},
    FlagSpec{"log-level", 0, "LEVEL", "debug, info, warning or error (default: info)"},
    FlagSpec{"log-format", 0, "FORMAT", "text or json (default: text)"},
    FlagSpec{"help", 'h', "", "print this"},
};

// Commits under way get this long after SIGTERM; terminationGracePeriodSeconds in deploy/ is longer.
constexpr Millis kDrainTime{20'000};

void print_serve_help(std::ostream& out) {
    out << "Serves kube-scheduler's extender calls: filter, prioritize and preempt on one address, bind on a second, "
           "health,\n"
           "metrics and /v1 on a third (settings: server). Ends on SIGTERM or SIGINT, after finishing commits under "
           "way.\n\n"
           "Usage: muster serve [--config FILE] [--kubeconfig FILE | --cluster FILE] [FLAG…]\n\n"
           "  muster serve --cluster deploy/demo/cluster.yaml\n"
           "  muster serve --config muster.yaml --validate\n\nFlags:\n"
        << describe_flags(kServeFlags)
        << "\nExit status: 0 ended by a signal, 2 bad usage or settings, 3 API server, file or address not usable.\n";
}

int fail(std::ostream& err, const Error& error) {
    err << "error: " << to_string(error) << "\n";
    return error.code == ErrorCode::bad_input ? kBadInput : kNoDependency;
}

Result<log::Options> read_log_options(const Flags& flags) {
    log::Options options;
    if (const auto text = flags.value("log-level")) {
        const auto level = log::parse_level(*text);
        if (!level)
            return std::unexpected(Error{ErrorCode::bad_input, "--log-level",
                                         "\"" + std::string(*text) + "\" is no level",
                                         "write debug, info, warning or error"});
        options.level = *level;
    }
    if (const auto text = flags.value("log-format")) {
        if (*text != "text" && *text != "json") {
            return std::unexpected(Error{ErrorCode::bad_input, "--log-format",
                                         "\"" + std::string(*text) + "\" is no format", "write text or json"});
        }
        options.format = *text == "json" ? log::Format::json : log::Format::key_value;
    }
    return options;
}

// A cluster in memory knows the size of its gangs from the Jobs in its file.
class NoOwners final : public OwnerDefaults {
  public:
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view /*controller_uid*/) const override {
        return std::nullopt;
    }
};

// What is behind the service: an API server, or memory.
struct Backend {
    std::unique_ptr<KubeCluster> kube;
    std::unique_ptr<MemoryCluster> memory;
    NoOwners no_owners;

    [[nodiscard]] ClusterApi& api() { return kube ? kube->api() : *memory; }
    [[nodiscard]] const OwnerDefaults& owners() const {
        if (kube) return kube->owners();
        return no_owners;
    }
    [[nodiscard]] Result<void> start(SchedulerService& service) {
        if (kube) return kube->start(service);
        memory->start(service);
        return {};
    }
    void stop() {
        if (kube) kube->stop();
        if (memory) memory->stop();
    }
};

Result<void> open_backend(const Flags& flags, const Settings& settings, const MachineSource& machines,
                          const Clock& clock, Backend& backend) {
    if (const auto file = flags.value("cluster")) {
        if (flags.has("kubeconfig"))
            return std::unexpected(
                Error{ErrorCode::bad_input, "--cluster", "was given with --kubeconfig", "write one of them"});
        backend.memory = std::make_unique<MemoryCluster>(settings.scheduler_names, machines);
        return backend.memory->load(std::string(*file));
    }
    const auto file = flags.value("kubeconfig");
    auto access = file ? kube::load_kubeconfig(std::string(*file), std::string(flags.value("context").value_or("")))
                       : kube::in_cluster_access();
    if (!access) return std::unexpected(access.error());
    MUSTER_TRY(backend.kube, KubeCluster::create(settings, *std::move(access), clock, machines));
    return {};
}

// Blocks the signals that end the process in this thread and in all that it starts, so that wait_for_end gets them.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    return signals;
}

int serve(const Flags& flags, const Settings& settings, const MachineSource& machines, Streams& streams) {
    const auto log_options = read_log_options(flags);
    if (!log_options) return fail(streams.err, log_options.error());
    const sigset_t signals = block_signals();
    const SteadyClock clock;
    Backend backend;
    if (const auto opened = open_backend(flags, settings, machines, clock, backend); !opened)
        return fail(streams.err, opened.error());
    const auto policies = make_policies(settings.policies, settings.policy_params);
    if (!policies) return fail(streams.err, policies.error());
    log::start(*log_options);
    const auto service = SchedulerService::create(settings, *policies, backend.api(), clock);
    Handlers handlers({*service, backend.owners(), settings.scheduler_names});
    HttpServer* running = nullptr;
    const auto connections = [&running] { return running != nullptr ? running->connections() : 0; };
    auto server =
        HttpServer::start({{"scheduling", settings.server.scheduling, handlers.scheduling(), {}},
                           {"binding", settings.server.binding, handlers.binding(), {}},
                           {"admin", settings.server.admin, admin_handler(*service, obs::metrics(), connections), {}}});
    if (!server) return fail(streams.err, server.error());
    running = server->get();
    if (const auto started = backend.start(*service); !started) return fail(streams.err, started.error());
    log::info("serving",
              {{"scheduling", (*server)->port(0)}, {"binding", (*server)->port(1)}, {"admin", (*server)->port(2)}});
    int signal = 0;
    sigwait(&signals, &signal);
    log::info("draining", {{"signal", signal}});
    service->drain(clock.now() + kDrainTime);
    (*server)->drain();
    backend.stop();
    (*server)->stop();
    log::info("ended");
    log::stop();
    return kDone;
}

}  // namespace

int run_serve(Arguments args, Streams& streams) {
    const auto flags = Flags::parse(args, kServeFlags);
    if (!flags) {
        const int status = fail(streams.err, flags.error());
        streams.err << "`muster serve --help` shows the flags.\n";
        return status;
    }
    if (flags->has("help")) {
        print_serve_help(streams.out);
        return kDone;
    }
    if (!flags->rest().empty()) {
        return fail(streams.err,
                    {ErrorCode::bad_input, "serve", "\"" + std::string(flags->rest().front()) + "\" is not a flag",
                     "see `muster serve --help`"});
    }
    const auto settings = read_settings(*flags);
    if (!settings) {
        for (const Error& error : settings.error()) fail(streams.err, error);
        return kBadInput;
    }
    const auto machines = load_machines(*settings);
    if (!machines) {
        for (const Error& error : machines.error()) fail(streams.err, error);
        return kBadInput;
    }
    if (flags->has("validate")) {
        streams.out << "settings are valid\n";
        return kDone;
    }
    return serve(*flags, *settings, *machines, streams);
}

}  // namespace muster
