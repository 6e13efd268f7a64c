package proxy

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Request is a write of Muster on its way to the API server.
type Request struct {
	Method, Path string
	Body         string
}

// IsBinding says whether the request binds a pod.
func (q Request) IsBinding() bool {
	return q.Method == http.MethodPost && strings.HasSuffix(q.Path, "/binding")
}

// LiftsGate says whether the request is a patch of a pod that takes a scheduling gate away, in whatever form of patch.
func (q Request) LiftsGate() bool {
	return q.Method == http.MethodPatch && strings.Contains(q.Path, "/pods/") && strings.Contains(q.Body, "schedulingGates")
}

// Fate is what becomes of a request that a rule does not let pass.
type Fate int

// The fates of a request.
const (
	Hold Fate = iota // wait; lost when the sender dies first
	Late             // wait, but sent on at Release even if the sender has died: a packet that was under way
)

// Rule lets so many matching requests succeed and keeps the others. Requests that the API server refuses do not count: a conflict that
// is tried again must not use up the number.
type Rule struct {
	Match func(Request) bool
	Allow int
	Fate  Fate
}

// Gate passes Muster's requests on to the API server, and can keep some of them: in this way a test stops a commit after exactly k
// Bindings.
type Gate struct {
	URL string
	CA  []byte // the certificate that signs the gate's own

	mu       sync.Mutex
	rule     *Rule
	under    int           // matching requests that are under way
	done     int           // matching requests that have succeeded
	changed  chan struct{} // closed and replaced when one of these changes, or the rule
	released chan struct{} // closed at Release
	held     int
	server   *http.Server
	target   *url.URL
	client   *http.Transport
	late     sync.WaitGroup
}

// StartGate opens a gate before the API server at target, whose certificate ca signs.
func StartGate(target string, ca []byte) (*Gate, error) {
	parsed, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, errors.New("no certificate in the authority's file")
	}
	certificate, certPEM, err := selfSigned()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &Gate{URL: "https://" + listener.Addr().String(), CA: certPEM, target: parsed, changed: make(chan struct{}), released: make(chan struct{}),
		client: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 64}}
	g.server = &http.Server{Handler: g.handler(), ErrorLog: quiet,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	go func() { _ = g.server.ServeTLS(listener, "", "") }() // ends with Close
	return g, nil
}

// Limit sets the rule for all requests that come from now on.
func (g *Gate) Limit(rule Rule) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rule, g.under, g.done = &rule, 0, 0
}

// Unlimit lets later requests pass; those that wait go on waiting.
func (g *Gate) Unlimit() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rule = nil
}

// Held is the number of requests that wait here.
func (g *Gate) Held() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// Release lets all waiting requests go on, and everything later; it returns when those of dead senders have been answered.
func (g *Gate) Release() {
	g.mu.Lock()
	g.rule = nil
	close(g.released)
	g.released = make(chan struct{})
	g.mu.Unlock()
	g.late.Wait()
}

// Close ends the gate; what it holds is lost.
func (g *Gate) Close() {
	_ = g.server.Close()
	g.client.CloseIdleConnections()
}

func (g *Gate) handler() http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite:       func(request *httputil.ProxyRequest) { request.SetURL(g.target) },
		Transport:     g.client,
		FlushInterval: -1, // watches
		ErrorLog:      quiet,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodGet {
			reverse.ServeHTTP(w, request)
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // the sender is gone
		}
		rule, pass := g.wait(request, body)
		if !pass {
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		recorded := &recordingWriter{ResponseWriter: w, status: http.StatusOK}
		reverse.ServeHTTP(recorded, request)
		if rule != nil {
			g.answered(rule, recorded.status)
		}
	})
}

// answered counts a request that a rule had let pass.
func (g *Gate) answered(rule *Rule, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rule != rule {
		return
	}
	g.under--
	if status < 300 {
		g.done++
	}
	close(g.changed)
	g.changed = make(chan struct{})
}

// wait holds a request as long as it has to. It returns the rule that counts the request, and false when the request is not to be passed
// on by the ordinary way any more.
func (g *Gate) wait(request *http.Request, body []byte) (*Rule, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	rule := g.rule
	if rule == nil || !rule.Match(Request{Method: request.Method, Path: request.URL.Path, Body: string(body)}) {
		return nil, true
	}
	released := g.released
	for g.rule != rule || g.under+g.done >= rule.Allow { // a request that waits under an old rule waits for Release
		changed := g.changed
		g.held++
		g.mu.Unlock()
		alive, free := true, false
		select {
		case <-released:
			free = true
		case <-changed:
		case <-request.Context().Done():
			alive = false
		}
		g.mu.Lock()
		g.held--
		if !alive {
			if rule.Fate == Late {
				g.late.Go(func() { <-released; g.sendLate(request, body) })
			}
			return nil, false
		}
		if free {
			return nil, true
		}
	}
	g.under++
	return rule, true
}

// sendLate delivers the request of a sender that is dead; nobody hears the answer.
func (g *Gate) sendLate(original *http.Request, body []byte) {
	target := *g.target
	target.Path, target.RawQuery = original.URL.Path, original.URL.RawQuery
	request, err := http.NewRequest(original.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header = original.Header.Clone()
	response, err := (&http.Client{Transport: g.client, Timeout: 10 * time.Second}).Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
}

// selfSigned makes a certificate for 127.0.0.1 that is its own authority.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "e2e gate"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	pemBytes := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pemBytes, nil
}
