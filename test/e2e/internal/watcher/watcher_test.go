package watcher

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// fakeAPI serves one collection of pods and one of nodes, with a history that watches resume from, and can close its streams.
type fakeAPI struct {
	mu      sync.Mutex
	history []string // events of pods; the version of an event is its index + 1
	wake    chan struct{}
	closeAt map[int]bool // versions after which a stream is closed, once
	gone    bool         // the next watch is answered 410
	lists   int
	from    []string // versions that watches of pods asked for
	refuse  bool     // watches are refused: the watcher is blind
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	pods := strings.HasSuffix(r.URL.Path, "/pods")
	switch {
	case r.URL.Query().Get("watch") != "" && pods:
		f.watch(w, r)
	case r.URL.Query().Get("watch") != "":
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case pods:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.lists++
		fmt.Fprintf(w, `{"metadata":{"resourceVersion":"%d"},"items":[]}`, len(f.history))
	default:
		fmt.Fprint(w, `{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"n0"},"status":{"allocatable":{"nvidia.com/gpu":"8"}}}]}`)
	}
}

func (f *fakeAPI) watch(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	version := r.URL.Query().Get("resourceVersion")
	f.from = append(f.from, version)
	gone, refuse := f.gone, f.refuse
	f.gone = false
	f.mu.Unlock()
	if refuse {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	if gone {
		fmt.Fprintln(w, `{"type":"ERROR","object":{"code":410}}`)
		return
	}
	sent := 0
	fmt.Sscan(version, &sent)
	for {
		f.mu.Lock()
		wake := f.wake
		for sent < len(f.history) {
			fmt.Fprintln(w, f.history[sent])
			sent++
			if f.closeAt[sent] {
				delete(f.closeAt, sent)
				f.mu.Unlock()
				return
			}
		}
		f.mu.Unlock()
		w.(http.Flusher).Flush()
		select {
		case <-wake:
		case <-r.Context().Done():
			return
		}
	}
}

// put adds an event of a pod to the history.
func (f *fakeAPI) put(kind string, pod kube.Pod) {
	f.mu.Lock()
	defer f.mu.Unlock()
	pod.Metadata.ResourceVersion = fmt.Sprint(len(f.history) + 1)
	object, _ := json.Marshal(pod)
	f.history = append(f.history, fmt.Sprintf(`{"type":%q,"object":%s}`, kind, object))
	close(f.wake)
	f.wake = make(chan struct{})
}

func begin(t *testing.T, f *fakeAPI, limits Limits) *Watcher {
	t.Helper()
	f.wake = make(chan struct{})
	server := httptest.NewTLSServer(f)
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	client, err := kube.NewClient(server.URL, "token", ca)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Start(t.Context(), client, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return w
}

func served(w *Watcher, n int) func() bool {
	return func() bool {
		samples := w.Samples("ml", "a")
		return len(samples) > 0 && samples[len(samples)-1].Served == n
	}
}

func TestStreamsThatCloseLoseNothing(t *testing.T) {
	f := &fakeAPI{closeAt: map[int]bool{1: true, 3: true, 4: true}}
	w := begin(t, f, Limits{Partial: time.Hour, Blind: time.Hour})
	for i := range 4 {
		f.put("ADDED", member(i, ""))
	}
	pod := member(0, "n0")
	f.put("MODIFIED", pod)
	if err := w.Until(t.Context(), 5*time.Second, served(w, 1)); err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lists != 1 || strings.Join(f.from, " ") != "0 1 3 4" {
		t.Fatalf("lists %d, watches resumed from %q; want one list and 0 1 3 4", f.lists, f.from)
	}
}

func TestVersionThatIsGoneLeadsToANewList(t *testing.T) {
	f := &fakeAPI{gone: true}
	w := begin(t, f, DefaultLimits)
	pod := member(0, "n0")
	pod.Metadata.Annotations[membersAnnotation] = "1"
	if err := w.Until(t.Context(), 5*time.Second, func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.lists == 2 }); err != nil {
		t.Fatal(err)
	}
	f.put("ADDED", pod)
	if err := w.Until(t.Context(), 5*time.Second, served(w, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestPartialGangFailsByItself(t *testing.T) {
	w := begin(t, &fakeAPI{history: nil}, Limits{Partial: 200 * time.Millisecond, Blind: time.Hour})
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	w.ledger.ApplyPods(changed(member(0, "n0")), time.Now())
	w.mu.Unlock()
	deadline := time.Now().Add(5 * time.Second)
	for w.Err() == nil {
		if time.Now().After(deadline) {
			t.Fatal("no violation though the gang stays partly bound")
		}
		time.Sleep(tick)
	}
	if err := w.Err(); !strings.Contains(err.Error(), "partly bound (1 of 4)") {
		t.Fatal(err)
	}
}

func TestWatcherThatCannotSeeFails(t *testing.T) {
	f := &fakeAPI{closeAt: map[int]bool{1: true}}
	w := begin(t, f, Limits{Partial: time.Hour, Blind: 300 * time.Millisecond})
	f.mu.Lock()
	f.refuse = true
	f.mu.Unlock()
	f.put("ADDED", member(0, "")) // the open stream ends after it, and no other can be opened
	deadline := time.Now().Add(5 * time.Second)
	for w.Err() == nil {
		if time.Now().After(deadline) {
			t.Fatal("no complaint though the stream stays closed")
		}
		time.Sleep(tick)
	}
	if err := w.Err(); !strings.Contains(err.Error(), "blind") {
		t.Fatal(err)
	}
}

func TestUserWithoutRightsIsAnErrorNotSilence(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, `{"message":"pods is forbidden"}`, http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	client, err := kube.NewClient(server.URL, "token", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), client, DefaultLimits); err == nil || !strings.Contains(err.Error(), "forbidden") {
		t.Fatalf("got %v", err)
	}
}
