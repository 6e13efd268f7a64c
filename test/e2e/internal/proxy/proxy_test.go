package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatal("not within 5 s: " + what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// recorder stands before a server that answers each call with its path and counts what reaches it.
func recorder(t *testing.T) (*Recorder, *atomic.Int32) {
	t.Helper()
	reached := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reached.Add(1)
		fmt.Fprintf(w, "%s %d", r.URL.Path, len(body))
	}))
	t.Cleanup(server.Close)
	r, err := StartRecorder(server.URL, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, reached
}

func post(ctx context.Context, client *http.Client, url, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return fmt.Sprintf("%d %s", response.StatusCode, data), err
}

const (
	filterBody = `{"Pod":{"metadata":{"name":"p","namespace":"ns","uid":"u1"}},"Nodes":null,"NodeNames":["n1","n2"]}`
	bindBody   = `{"PodName":"p","PodNamespace":"ns","PodUID":"u1","Node":"n1"}`
)

func all(Call) bool { return true }

func TestRecorderPassesOnAndRecords(t *testing.T) {
	r, _ := recorder(t)
	for url, body := range map[string]string{r.SchedulingURL + "/filter": filterBody, r.BindingURL + "/bind": bindBody} {
		got, err := post(t.Context(), http.DefaultClient, url, body)
		if want := fmt.Sprintf("200 /%s %d", url[strings.LastIndex(url, "/")+1:], len(body)); err != nil || got != want {
			t.Fatalf("got %q %v, want %q", got, err, want)
		}
	}
	eventually(t, "two answered calls", func() bool { return len(r.Calls(func(c Call) bool { return !c.Open() })) == 2 })
	for _, call := range r.Calls(all) {
		if call.Pod != "ns/p" || call.UID != "u1" || call.Status != 200 || call.Answered.Before(call.Arrived) {
			t.Errorf("recorded %+v", call)
		}
		if call.Verb == "bind" && call.Node != "n1" {
			t.Errorf("recorded %+v", call)
		}
	}
}

func TestRecorderHoldsUntilReleased(t *testing.T) {
	r, reached := recorder(t)
	release := r.Hold(func(c Call) bool { return c.Verb == "bind" })
	answered := make(chan string, 1)
	go func() {
		got, _ := post(t.Context(), http.DefaultClient, r.BindingURL+"/bind", bindBody)
		answered <- got
	}()
	eventually(t, "the call held", func() bool { return len(r.Calls(func(c Call) bool { return c.Held && c.Open() })) == 1 })
	if _, err := post(t.Context(), http.DefaultClient, r.SchedulingURL+"/filter", filterBody); err != nil || reached.Load() != 1 {
		t.Fatalf("a call that does not match must pass: %v, %d reached", err, reached.Load())
	}
	release()
	release() // once more does no harm
	if got := <-answered; !strings.HasPrefix(got, "200 /bind") {
		t.Fatal(got)
	}
}

func TestRecorderForgetsAHeldCallWhoseSenderLeft(t *testing.T) {
	r, reached := recorder(t)
	release := r.Hold(all)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = post(ctx, http.DefaultClient, r.BindingURL+"/bind", bindBody) }()
	eventually(t, "the call held", func() bool { return len(r.Calls(func(c Call) bool { return c.Held })) == 1 })
	cancel()
	eventually(t, "the call closed", func() bool { return len(r.Calls(func(c Call) bool { return !c.Open() && c.Status == 0 })) == 1 })
	release()
	if reached.Load() != 0 {
		t.Fatal("the call of a sender that had left was passed on")
	}
}

func TestRecorderSaysThatMusterIsGone(t *testing.T) {
	r, err := StartRecorder("http://127.0.0.1:1", "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := post(t.Context(), http.DefaultClient, r.SchedulingURL+"/filter", filterBody)
	if err != nil || !strings.HasPrefix(got, "502") {
		t.Fatal(got, err)
	}
}

// gate stands before an API server that records the paths of what reaches it.
func gate(t *testing.T) (*Gate, *http.Client, func() string) {
	t.Helper()
	paths := make(chan string, 100)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "refused") {
			w.WriteHeader(http.StatusConflict)
		}
		paths <- r.URL.Path
	}))
	t.Cleanup(server.Close)
	g, err := StartGate(server.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(g.CA) {
		t.Fatal("the gate has no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return g, client, func() string {
		got := ""
		for {
			select {
			case path := <-paths:
				got += path + " "
			default:
				return got
			}
		}
	}
}

func TestGateLetsTheFirstPassAndHoldsTheRest(t *testing.T) {
	g, client, reached := gate(t)
	g.Limit(Rule{Request.IsBinding, 1, Hold})
	for _, path := range []string{"/pods/a/binding", "/pods/a/status"} {
		if _, err := post(t.Context(), client, g.URL+path, "{}"); err != nil {
			t.Fatal(err)
		}
	}
	answered := make(chan error, 1)
	go func() { _, err := post(t.Context(), client, g.URL+"/pods/b/binding", "{}"); answered <- err }()
	eventually(t, "one held", func() bool { return g.Held() == 1 })
	if got := reached(); got != "/pods/a/binding /pods/a/status " {
		t.Fatalf("reached the API: %q", got)
	}
	g.Release()
	if err := <-answered; err != nil || reached() != "/pods/b/binding " {
		t.Fatalf("after release: %v", err)
	}
}

func TestGateLosesOrDelaysTheRequestsOfTheDead(t *testing.T) {
	for fate, want := range map[Fate]string{Hold: "", Late: "/pods/b/binding "} {
		g, client, reached := gate(t)
		g.Limit(Rule{Request.IsBinding, 0, fate})
		ctx, cancel := context.WithCancel(t.Context())
		died := make(chan struct{})
		go func() { _, _ = post(ctx, client, g.URL+"/pods/b/binding", "{}"); close(died) }()
		eventually(t, "one held", func() bool { return g.Held() == 1 })
		cancel()
		<-died
		eventually(t, "none held", func() bool { return g.Held() == 0 })
		g.Release()
		if got := reached(); got != want {
			t.Errorf("fate %d: reached the API %q, want %q", fate, got, want)
		}
	}
}

func TestGateKnowsPatchesThatLiftGates(t *testing.T) {
	lift := Request{Method: "PATCH", Path: "/api/v1/namespaces/d/pods/x", Body: `{"spec":{"schedulingGates":[{"$patch":"delete","name":"g"}]}}`}
	other := Request{Method: "PATCH", Path: "/api/v1/namespaces/d/pods/x", Body: `{"metadata":{"annotations":{"a":"b"}}}`}
	if !lift.LiftsGate() || other.LiftsGate() || lift.IsBinding() {
		t.Fatal("patches are told apart wrongly")
	}
}

func TestGateCountsOnlyWhatSucceeds(t *testing.T) {
	g, client, reached := gate(t)
	g.Limit(Rule{Request.IsBinding, 1, Hold})
	for _, path := range []string{"/pods/refused/binding", "/pods/refused/binding", "/pods/a/binding"} {
		if _, err := post(t.Context(), client, g.URL+path, "{}"); err != nil {
			t.Fatal(err)
		}
	}
	go func() { _, _ = post(t.Context(), client, g.URL+"/pods/b/binding", "{}") }()
	eventually(t, "one held", func() bool { return g.Held() == 1 })
	g.Unlimit()
	if _, err := post(t.Context(), client, g.URL+"/pods/c/binding", "{}"); err != nil { // later ones pass, the held one waits
		t.Fatal(err)
	}
	if got := reached(); got != "/pods/refused/binding /pods/refused/binding /pods/a/binding /pods/c/binding " || g.Held() != 1 {
		t.Fatalf("reached the API: %q, held %d", got, g.Held())
	}
	g.Release()
	eventually(t, "the held one arrives", func() bool { return reached() == "/pods/b/binding " })
}
