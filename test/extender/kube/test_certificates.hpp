// An authority and certificates made for one test run.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace muster::test {

struct Certificate {
    std::shared_ptr<X509> cert;
    std::shared_ptr<EVP_PKEY> key;
    [[nodiscard]] std::string cert_pem() const;
    [[nodiscard]] std::string key_pem() const;
};

[[nodiscard]] Certificate make_authority(const std::string& name);
// `san`: e.g. "IP:127.0.0.1,DNS:api.test".
[[nodiscard]] Certificate make_certificate(const Certificate& authority, const std::string& name,
                                           const std::string& san);

}  // namespace muster::test
