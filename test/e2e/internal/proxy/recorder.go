// Package proxy stands between the processes of a test: Recorder before Muster's two scheduling ports, Gate before the API server. Both
// pass everything on unchanged, and can hold calls, so that a test chooses the moment of a fault from outside.
package proxy

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Call is one call of kube-scheduler.
type Call struct {
	Verb     string // filter, prioritize, preempt, bind
	Pod      string // namespace/name
	UID      string
	Node     string // of a bind
	Arrived  time.Time
	Answered time.Time // zero while it is open
	Held     bool      // it is held here and has not reached Muster
	Status   int
	Answer   string // the body, cut
}

// Open says whether the call has no answer yet.
func (c Call) Open() bool { return c.Answered.IsZero() }

// Recorder records kube-scheduler's calls on their way to Muster.
type Recorder struct {
	SchedulingURL, BindingURL string

	mu      sync.Mutex
	calls   []*Call
	holds   []*hold
	changed chan struct{}
	servers []*http.Server
}

type hold struct {
	match   func(Call) bool
	release chan struct{}
}

// StartRecorder opens two ports that pass on to Muster's.
func StartRecorder(scheduling, binding string) (*Recorder, error) {
	r := &Recorder{changed: make(chan struct{})}
	for _, side := range []struct {
		target string
		url    *string
	}{{scheduling, &r.SchedulingURL}, {binding, &r.BindingURL}} {
		target, err := url.Parse(side.target)
		if err != nil {
			r.Close()
			return nil, err
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			r.Close()
			return nil, err
		}
		*side.url = "http://" + listener.Addr().String()
		server := &http.Server{Handler: r.handler(target), ErrorLog: quiet}
		r.servers = append(r.servers, server)
		go func() { _ = server.Serve(listener) }() // ends with Close
	}
	return r, nil
}

// quiet drops the messages of net/http: calls that break are the purpose of these tests, and each is recorded.
var quiet = log.New(io.Discard, "", 0)

// Close ends the proxy and every call that it holds.
func (r *Recorder) Close() {
	for _, server := range r.servers {
		_ = server.Close()
	}
}

func (r *Recorder) handler(target *url.URL) http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite:   func(request *httputil.ProxyRequest) { request.SetURL(target) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second},
		ErrorLog:  quiet, // an error of the connection to Muster becomes status 502, which is recorded
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // the scheduler is gone
		}
		call := parseCall(strings.TrimPrefix(request.URL.Path, "/"), body)
		r.add(call)
		recorded := &recordingWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			call.Answered, call.Status, call.Answer = time.Now(), recorded.status, recorded.body.String()
			if request.Context().Err() != nil {
				call.Status = 0 // nobody was there to hear the answer
			}
			r.wake()
		}()
		if !r.passHolds(call, request) {
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		reverse.ServeHTTP(recorded, request)
	})
}

// passHolds waits while a hold matches the call; false when the scheduler went away meanwhile.
func (r *Recorder) passHolds(call *Call, request *http.Request) bool {
	for {
		r.mu.Lock()
		at := slices.IndexFunc(r.holds, func(h *hold) bool { return h.match(*call) })
		call.Held = at >= 0
		if at < 0 {
			r.wake()
			r.mu.Unlock()
			return true
		}
		release := r.holds[at].release
		r.wake()
		r.mu.Unlock()
		select {
		case <-release:
		case <-request.Context().Done():
			return false
		}
	}
}

// Hold keeps matching calls from Muster until the returned function is called.
func (r *Recorder) Hold(match func(Call) bool) (release func()) {
	h := &hold{match: match, release: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holds = append(r.holds, h)
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.holds = slices.DeleteFunc(r.holds, func(other *hold) bool { return other == h })
		close(h.release)
	})
}

// Calls are the calls so far that match, in the order of their arrival.
func (r *Recorder) Calls(match func(Call) bool) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Call
	for _, call := range r.calls {
		if match(*call) {
			found = append(found, *call)
		}
	}
	return found
}

// Changed is closed at the next change of any call.
func (r *Recorder) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *Recorder) add(call *Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	r.wake()
}

func (r *Recorder) wake() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// parseCall reads out of a body which pod it is about: ExtenderArgs and ExtenderBindingArgs have no field in common.
func parseCall(verb string, body []byte) *Call {
	var args struct {
		Pod struct {
			Metadata struct{ Name, Namespace, UID string }
		}
		PodName, PodNamespace, PodUID, Node string
	}
	_ = json.Unmarshal(body, &args) // Muster judges the body; here it is only described
	call := &Call{Verb: verb, Arrived: time.Now(), Node: args.Node, UID: args.PodUID, Pod: args.PodNamespace + "/" + args.PodName}
	if args.PodName == "" {
		call.UID, call.Pod = args.Pod.Metadata.UID, args.Pod.Metadata.Namespace+"/"+args.Pod.Metadata.Name
	}
	return call
}

// recordingWriter keeps the status and the beginning of an answer.
type recordingWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *recordingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recordingWriter) Write(data []byte) (int, error) {
	if room := 2048 - w.body.Len(); room > 0 {
		w.body.Write(data[:min(room, len(data))])
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets net/http flush the writer underneath.
func (w *recordingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
