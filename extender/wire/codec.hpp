// THE WIRE FORMAT: bytes ↔ extender_v1. Decoding by simdjson On-Demand in any key order and letter case, reading to the
// end of the document; encoding by a hand-written appender. Errors name the field.
#pragma once

#include "extender/wire/extender_v1.hpp"
#include "placement/model/result.hpp"

#include <string>
#include <vector>

namespace muster::wire {

// `body` must outlive the result. Its capacity is grown for the parser's padding if need be.
[[nodiscard]] Result<ExtenderArgs> decode_extender_args(std::string& body);
[[nodiscard]] Result<BindingArgs> decode_binding_args(std::string& body);
[[nodiscard]] Result<PreemptionArgs> decode_preemption_args(std::string& body);

// {"Nodes":null,"NodeNames":[…],"FailedNodes":{},"FailedAndUnresolvableNodes":{…},"Error":""}. NodeNames is never null.
// With full nodes in the request the scheduler ignores names: see `as_nodes`, which echoes minimal Node objects
// instead.
[[nodiscard]] std::string encode_filter_result(const FilterResult& result, bool as_nodes);
[[nodiscard]] std::string encode_priorities(const std::vector<HostPriority>& priorities);
[[nodiscard]] std::string encode_binding_result(std::string_view error);
// Never writes null inside: that kills kube-scheduler.
[[nodiscard]] std::string encode_preemption_result(const std::vector<MetaVictims>& nodes);
// Appends `text` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace muster::wire
