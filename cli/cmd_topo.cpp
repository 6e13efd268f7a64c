// `muster topo`: read one machine's dump, or take a built-in profile; show what its GPU sets are worth.
#include "cli/command.hpp"
#include "cli/flags.hpp"
#include "cli/read_input.hpp"
#include "config/nearest.hpp"
#include "dialects/topology/machine_dump.hpp"
#include "offline/topo_report.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::array kTopoFlags{
    FlagSpec{"profile", 0, "NAME", "a machine that is built in, instead of a file"},
    FlagSpec{"output", 'o', "table|json|dot|svg", "form of the answer (default: table)"},
    FlagSpec{"help", 'h', "", "print this"},
};

struct Form {
    std::string_view name;
    std::string (*write)(const TopoReport& report);
};
constexpr std::array kForms{
    Form{"table", topo_table},
    Form{"json", topo_json},
    Form{"dot", topo_dot},
    Form{"svg", topo_svg},
};

void print_topo_help(std::ostream& out) {
    out << "Shows the inside of one machine: how its GPUs are joined, the best set of GPUs of every size, and what "
           "the\n"
           "kubelet would give instead with all GPUs free.\n\n"
           "Usage: muster topo FILE|- [FLAG…]\n"
           "       muster topo --profile NAME [FLAG…]\n\n"
           "  nvidia-smi topo -m | muster topo -\n"
           "  muster topo --profile dgx-1v -o svg > dgx-1v.svg\n\n"
           "FILE is what one of these writes: nvidia-smi topo -m, nvidia-smi topo -p2p r, nvidia-smi -q -x,\n"
           "NCCL_TOPO_DUMP_FILE, rocm-smi --showtopo, lstopo --of xml, or the KFD topology of sysfs.\n\nFlags:\n"
        << describe_flags(kTopoFlags) << "\nProfiles:";
    std::size_t column = 9;
    for (const auto name : machine_profile_names()) {
        constexpr std::size_t kWidth = 100;
        if (column + 1 + name.size() > kWidth) {
            out << "\n         ";
            column = 9;
        }
        out << ' ' << name;
        column += 1 + name.size();
    }
    out << "\n\nExit status: 0 done, 2 bad usage or input.\n";
}

int refuse(std::ostream& err, const Error& error) {
    err << "error: " << to_string(error) << "\n";
    return kBadInput;
}

Result<std::shared_ptr<const MachineGraph>> find_profile(std::string_view name) {
    if (auto machine = machine_profile(name)) return machine;
    const auto names = machine_profile_names();
    return std::unexpected(Error{ErrorCode::bad_input, "--profile", "\"" + std::string(name) + "\" is not a profile",
                                 suggest(name, names)});
}

Result<SourceText> read_dump_source(std::string path, std::istream& in) {
    if (path == "-") return SourceText{"stdin", std::string(std::istreambuf_iterator<char>(in), {})};
    MUSTER_TRY(std::string text, read_file(path));
    return SourceText{std::move(path), std::move(text)};
}

struct Machine {
    std::shared_ptr<const MachineGraph> graph;
    std::string source;
};

Result<Machine> read_machine(const Flags& flags, std::istream& in) {
    if (const auto name = flags.value("profile")) {
        if (!flags.rest().empty()) {
            return std::unexpected(
                Error{ErrorCode::bad_input, "--profile", "is given beside a file", "give one of the two"});
        }
        MUSTER_TRY(auto graph, find_profile(*name));
        return Machine{std::move(graph), "profile " + std::string(*name)};
    }
    if (flags.rest().size() != 1) {
        return std::unexpected(Error{ErrorCode::bad_input, "FILE",
                                     flags.rest().empty() ? "is missing" : "is given more than once",
                                     "name one file, - for standard input, or --profile"});
    }
    MUSTER_TRY(const SourceText dump, read_dump_source(std::string(flags.rest().front()), in));
    MUSTER_TRY(MachineGraph graph, read_machine_dump(dump.text, dump.name));
    const auto format = recognise_dump(dump.text);
    return Machine{std::make_shared<const MachineGraph>(std::move(graph)), std::string(format ? name_of(*format) : "")};
}

int show_machine(const Flags& flags, Streams& streams) {
    const std::string_view output = flags.value("output").value_or("table");
    const auto* const form = std::ranges::find(kForms, output, &Form::name);
    if (form == kForms.end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(kForms, std::back_inserter(names), &Form::name);
        return refuse(streams.err, {ErrorCode::bad_input, "--output", "\"" + std::string(output) + "\" is not a form",
                                    suggest(output, names)});
    }
    const auto machine = read_machine(flags, streams.in);
    if (!machine) return refuse(streams.err, machine.error());
    streams.out << form->write(report_topology(*machine->graph, machine->source));
    return kDone;
}

}  // namespace

int run_topo(Arguments args, Streams& streams) {
    const auto flags = Flags::parse(args, kTopoFlags);
    if (!flags) {
        streams.err << "error: " << to_string(flags.error()) << "\n`muster topo --help` shows the flags.\n";
        return kBadInput;
    }
    if (flags->has("help")) {
        print_topo_help(streams.out);
        return kDone;
    }
    return show_machine(*flags, streams);
}

}  // namespace muster
