"""The rules of the tree as data: who may include whom, who owns which library, sizes, words. check_tree.py applies them."""

import re

# ---------------------------------------------------------------------------------------------------------------- what is read

# Build results and caches; everything else below the root is judged.
SKIPPED_FOLDERS = {".git", "build", ".cache", "__pycache__", "node_modules"}
TEXT_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".go", ".md", ".txt", ".yaml", ".yml", ".json", ".cmake", ".pml"}
TEXT_NAMES = {"CMakeLists.txt", "Dockerfile", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore", "run"}

# ------------------------------------------------------------------------------------------------------------ who includes whom

# Folder → prefixes that its files may include, besides the folder itself. The longest folder that matches a file counts.
# A prefix that ends in "/" is a folder with all below it; any other prefix names one header without its suffix.
ALLOWED_INCLUDES = {
    "placement/model": [],
    "placement/topology": ["placement/model/"],
    "placement/cluster": ["placement/model/", "placement/topology/"],
    # Not cluster_state: the planner reads snapshots and cannot change the truth.
    "placement/plan": ["placement/model/", "placement/topology/", "placement/cluster/snapshot"],
    "placement/plan/room": ["placement/model/", "placement/topology/", "placement/cluster/snapshot"],
    "placement/plan/tree": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/policy",
                            "placement/plan/room/"],
    "placement/plan/links": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/room/",
                             "placement/plan/tree/"],
    "placement/plan/roles": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/policy",
                             "placement/plan/room/", "placement/plan/tree/", "placement/plan/links/"],
    # The planner on levels comes to it as a function.
    "placement/plan/crossing": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/policy",
                                "placement/plan/room/", "placement/plan/tree/", "placement/plan/roles/role_shortfall"],
    "placement/plan/scores": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/policy",
                              "placement/plan/room/", "placement/plan/tree/", "placement/plan/links/"],
    # The checker shares no code with the planner.
    "placement/verify": ["placement/model/", "placement/topology/", "placement/cluster/snapshot"],
    "placement/gang": ["placement/model/"],
    "policies": ["placement/model/", "placement/topology/", "placement/cluster/snapshot", "placement/plan/policy"],
    "config": ["placement/model/", "policies/params"],
    "dialects": ["placement/model/", "config/"],
    "dialects/topology": ["placement/model/", "dialects/"],
    "extender/wire": ["placement/model/"],
    "extender/obs": ["placement/model/", "placement/gang/gang_state", "config/settings"],
    "extender/service": ["placement/", "policies/registry", "config/settings", "config/level_presets", "dialects/", "extender/wire/",
                         "extender/obs/"],
    "extender/http": ["placement/model/", "config/settings", "dialects/", "extender/service/", "extender/wire/", "extender/obs/"],
    "extender/kube": ["placement/", "config/settings", "dialects/", "extender/service/", "extender/wire/", "extender/obs/"],
    "extender/memory": ["placement/", "config/settings", "dialects/", "extender/service/", "extender/wire/", "extender/obs/"],
    "offline": ["placement/", "policies/", "dialects/", "config/"],
    "cli": ["placement/", "policies/", "dialects/", "config/", "extender/", "offline/"],
    "bench": ["placement/", "policies/", "dialects/", "config/", "extender/", "offline/", "test/"],
    "test": ["placement/", "policies/", "dialects/", "config/", "extender/", "offline/", "cli/", "bench/"],
}

# ------------------------------------------------------------------------------------------------------------ libraries' owners

STANDARD_HEADERS = set("""
algorithm any array atomic barrier bit bitset charconv chrono compare complex concepts condition_variable coroutine deque
exception execution expected filesystem forward_list fstream functional future initializer_list iomanip ios iosfwd iostream
istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric optional ostream queue random
ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token
streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
unordered_set utility valarray variant vector version
cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib
cstring ctime cuchar cwchar cwctype
""".split())

# Headers of the C library and the operating system: only where I/O is allowed.
SYSTEM_HEADER = re.compile(r"^(sys|netinet|arpa|net|linux)/|^(unistd|fcntl|signal|poll|netdb|errno|dirent|pthread|ifaddrs|spawn)\.h$")
SYSTEM_HEADER_FOLDERS = ("extender/http", "extender/kube", "extender/memory", "extender/obs", "offline", "cli", "bench", "test")

SMALL_JSON = (r"(dialects|offline|cli)/[a-z_]+\.cpp", r"extender/(wire|http|kube|memory|obs)/[a-z_]+\.cpp")
# Library → (its headers, the files that may include them). Tests and benchmarks may use any of them.
LIBRARY_OWNERS = {
    "Boost.Beast and Asio": (r"boost/(beast|asio|system)\b.*", [r"extender/http/server[a-z_]*\.cpp"]),
    "Boost.Graph": (r"boost/(graph|property_map)\b.*", [r"placement/topology/(fabric|machine)[a-z_]*\.cpp"]),
    "cpp-httplib": (r"httplib\.h", [r"extender/kube/http_client[a-z_]*\.cpp"]),
    "simdjson": (r"simdjson\.h", [r"extender/wire/codec[a-z_]*\.cpp", r"dialects/json_builder\.cpp"]),
    "pugixml": (r"pugixml\.hpp", [r"dialects/topology/xml_tree\.cpp"]),
    "yaml-cpp": (r"yaml-cpp/.*", [r"dialects/yaml_builder\.cpp", r"config/[a-z_]+\.cpp"]),
    "spdlog and fmt": (r"(spdlog|fmt)/.*", [r"extender/obs/[a-z_]+\.cpp"]),
    "prometheus-cpp": (r"prometheus/.*", [r"extender/obs/[a-z_]+\.cpp"]),
    "OpenSSL": (r"openssl/.*", [r"extender/kube/[a-z_]+\.cpp"]),
    "nlohmann_json": (r"nlohmann/.*", list(SMALL_JSON)),
    "GoogleTest": (r"gtest/.*", []),
    "rapidcheck": (r"rapidcheck(\.h|/.*)", []),
    "Google Benchmark": (r"benchmark/.*", []),
}
ANY_LIBRARY_FOLDERS = ("test/", "bench/")

# -------------------------------------------------------------------------------------------------------------- the pure core

CORE_FOLDERS = ("placement/", "policies/")
# What a pure function cannot need. Matched in code only, not in comments or texts.
CORE_BANNED = [
    (r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b|\btime\s*\(\s*(0|NULL|nullptr|&)", "a clock"),
    (r"\b(getenv|setenv)\b", "the environment"),
    (r"\b(mutex|shared_mutex|recursive_mutex|lock_guard|unique_lock|scoped_lock|condition_variable|atomic)\b", "a lock"),
    (r"\bstd::(j?thread|async|future|promise)\b|\bpthread_\w+|\bsleep_(for|until)\b", "a thread"),
    (r"<(iostream|fstream|filesystem|thread|mutex|shared_mutex|condition_variable|atomic|future|random)>", "a header of I/O, threads or chance"),
    (r"\b(fopen|ifstream|ofstream|fstream|filesystem)\b", "a file"),
    (r"\bstd::(cout|cerr|clog|cin)\b|\bspdlog\b|\b(printf|puts)\s*\(", "a log"),
    (r"\b(socket|connect|recv|sendto)\s*\(", "a socket"),
    (r"\b(nlohmann|simdjson|YAML)\b", "a document format"),
    (r"\b(s?rand|random_device|mt19937(_64)?|random_shuffle)\b", "randomness"),
    (r"\bstd::hash<\s*[\w:]+\s*\*\s*>|\breinterpret_cast<\s*(std::)?u?intptr_t\b", "an order that depends on addresses"),
]
# Threads begin in the service only: the thread sanitizer runs over its tests, label `service`, and over nothing else.
THREAD_FOLDERS = ("extender/", "test/extender/")
THREAD_EXEMPT = {"test/placement/cluster/snapshot_test.cpp"}  # labelled service
THREAD = re.compile(r"\bstd::(j?thread|async)\b|\bpthread_create\b")

# The one place of the core that writes: a broken invariant is reported before the process aborts.
CORE_EXEMPT = {"placement/model/check.cpp"}

# ---------------------------------------------------------------------------------------------------------------------- sizes

MAX_FILE_LINES = 400
MAX_TEST_FILE_LINES = 500
MAX_README_LINES = 100
MAX_FUNCTION_LINES = 70
SOURCE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".go"}

# ---------------------------------------------------------------------------------------------------------------------- words

# Written in pieces so that this file does not break its own rule.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bnot (yet )?imple" r"mented\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}\]/-])/(ho" r"me|ro" r"ot|wo" r"rk|Us" r"ers)/[\w.]")

# -------------------------------------------------------------------------------------------------------------------- readmes

# Folders of test/ that mirror the product are described by test/README.md; data folders by the README above them.
README_EXEMPT = re.compile(r"^test/(placement|policies|config|dialects|extender|offline|cli|bench|deploy)(/|$)|/(internal|cmd|corpus|testdata)(/|$)")
