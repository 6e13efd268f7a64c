#include "test/extender/kube/test_certificates.hpp"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace muster::test {

namespace {

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

void extend(X509* cert, int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    if (extension == nullptr) throw std::runtime_error("bad extension " + value);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate unsigned_certificate(const std::string& name) {
    static long serial = 1;
    Certificate made{std::shared_ptr<X509>(X509_new(), X509_free),
                     std::shared_ptr<EVP_PKEY>(EVP_EC_gen("P-256"), EVP_PKEY_free)};
    X509* cert = made.cert.get();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, made.key.get());
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, text, -1, -1, 0);
    return made;
}

}  // namespace

std::string Certificate::cert_pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, cert.get());
    return text_of(bio);
}

std::string Certificate::key_pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio);
}

Certificate make_authority(const std::string& name) {
    Certificate made = unsigned_certificate(name);
    X509_set_issuer_name(made.cert.get(), X509_get_subject_name(made.cert.get()));
    extend(made.cert.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(made.cert.get(), made.key.get(), EVP_sha256());
    return made;
}

Certificate make_certificate(const Certificate& authority, const std::string& name, const std::string& san) {
    Certificate made = unsigned_certificate(name);
    X509_set_issuer_name(made.cert.get(), X509_get_subject_name(authority.cert.get()));
    if (!san.empty()) extend(made.cert.get(), NID_subject_alt_name, san);
    X509_sign(made.cert.get(), authority.key.get(), EVP_sha256());
    return made;
}

}  // namespace muster::test
