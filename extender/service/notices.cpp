#include "extender/service/notices.hpp"

#include "dialects/reason_text.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr std::size_t kLongestNote = 1'000;  // events.k8s.io/v1 allows 1 kB

struct NoticeWords {
    Notice notice;
    std::string_view reason;
    bool warning;
    std::string_view words;  // in front of the detail
};

constexpr NoticeWords kWords[] = {
    {Notice::does_not_fit, "GangDoesNotFit", true, "does not fit now"},
    {Notice::never_fits, "GangNeverFits", true, "cannot fit"},
    {Notice::waits_for_level, "GangWaitsForLevel", false, "has a place on a coarser level"},
    {Notice::admitted, "GangAdmitted", false, "is admitted"},
    {Notice::bound, "GangBound", false, "is bound"},
    {Notice::aborted, "GangAborted", true, "its plan was withdrawn"},
    {Notice::blocked, "GangBlocked", true, "is blocked and will be tried again"},
    {Notice::bad_declaration, "GangDeclarationInvalid", true, "is refused"},
    {Notice::rolling_back, "GangRollingBack", true, "is rolled back"},
    {Notice::rolled_back, "GangRolledBack", true, "was rolled back; bare pods do not come back by themselves"},
    {Notice::creates_one_at_a_time, "GangNeverCompletes", true, "cannot become complete"},
};

}  // namespace

std::string trouble_sentence(const GangMachine& gang) {
    const GangTrouble& trouble = gang.trouble();
    if (trouble.wait_until && trouble.shortfall) return wait_sentence(*trouble.shortfall);
    if (trouble.shortfall) return reason_sentence(*trouble.shortfall, trouble.never);
    return trouble.text;
}

std::string trouble_code(const GangMachine& gang) {
    const GangTrouble& trouble = gang.trouble();
    if (trouble.wait_until) return std::string(kWaitCode);
    if (trouble.shortfall) return std::string(reason_code_name(trouble.shortfall->code));
    if (!trouble.errors.empty()) return "bad-declaration";
    return trouble.text.empty() ? "" : std::string(name_of(gang.state()));
}

NoticeText notice_text(const GangMachine& gang, const Report& report) {
    const auto* words = std::ranges::find(kWords, report.notice, &NoticeWords::notice);
    NoticeText text;
    if (words == std::end(kWords)) return text;
    text.reason = words->reason;
    text.warning = words->warning;
    text.note = "gang " + gang.key().name + " " + std::string(words->words);
    const std::string detail = report.detail.empty() ? trouble_sentence(gang) : report.detail;
    if (!detail.empty()) text.note += ": " + detail;
    if (text.note.size() > kLongestNote) text.note.resize(kLongestNote);
    return text;
}

}  // namespace muster
