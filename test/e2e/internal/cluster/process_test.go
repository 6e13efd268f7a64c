package cluster

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func start(t *testing.T, spec Spec) *Process {
	t.Helper()
	spec.Dir = t.TempDir()
	p, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestProcessThatEndsByItselfIsAnError(t *testing.T) {
	p := start(t, Spec{Name: "short", Path: "sh", Args: []string{"-c", "echo why; exit 3"}})
	<-p.done
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "why") {
		t.Fatalf("got %v", err)
	}
}

func TestProcessThatWeEndIsNoError(t *testing.T) {
	p := start(t, Spec{Name: "long", Path: "sleep", Args: []string{"600"}})
	if err := p.Terminate(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Err(); err != nil || !p.Exited() {
		t.Fatalf("exited %v, err %v", p.Exited(), err)
	}
	if err := syscall.Kill(p.PID(), 0); err != syscall.ESRCH {
		t.Fatalf("the process is still there: %v", err)
	}
}

func TestProcessThatIgnoresTheRequestIsKilledAndSaid(t *testing.T) {
	p := start(t, Spec{Name: "deaf", Path: "sh", Args: []string{"-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"}})
	deadline := time.Now().Add(5 * time.Second)
	for p.LogTail(1) != "ready" { // the whole line: the first one shows the command, which has the word too
		if time.Now().After(deadline) {
			t.Fatal("not ready")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := p.Terminate(200 * time.Millisecond); err == nil || !p.Exited() {
		t.Fatalf("err %v, exited %v", err, p.Exited())
	}
}

func TestProcessWithAHostNameOfItsOwn(t *testing.T) {
	p := start(t, Spec{Name: "host", Path: "hostname", Host: "somewhere-else"})
	<-p.done
	if got := p.LogTail(1); got != "somewhere-else" {
		t.Fatalf("host name %q: %s", got, p.LogTail(10))
	}
	if name, err := os.Hostname(); err != nil || name == "somewhere-else" {
		t.Fatalf("the machine's own name changed: %q %v", name, err)
	}
}

func TestSubstituteInsistsOnOneOccurrence(t *testing.T) {
	if got, err := substitute("a: X\nb: Y\n", map[string]string{"X": "1", "Y": "2"}); err != nil || got != "a: 1\nb: 2\n" {
		t.Fatal(got, err)
	}
	for _, text := range []string{"a: Z\n", "a: X X\n"} {
		if _, err := substitute(text, map[string]string{"X": "1"}); err == nil {
			t.Errorf("%q must be refused", text)
		}
	}
}

func TestAuditLine(t *testing.T) {
	line := `{"verb":"create","requestURI":"/api/v1/namespaces/d/pods/a/binding","requestReceivedTimestamp":"2026-01-01T00:00:01.5Z",` +
		`"user":{"extra":{"authentication.kubernetes.io/credential-id":["JTI=x"]}},` +
		`"objectRef":{"resource":"pods","subresource":"binding","name":"a"},"responseStatus":{"code":201}}`
	write, err := parseWrite([]byte(line))
	if err != nil || write.Resource != "pods/binding" || write.TokenID != "JTI=x" || write.Code != 201 || write.At.Second() != 1 {
		t.Fatalf("%+v %v", write, err)
	}
	if _, err := parseWrite([]byte("{half")); err == nil {
		t.Fatal("a line that is no JSON must be an error")
	}
}
