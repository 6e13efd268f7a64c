package e2e

import (
	"strings"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/workload"
)

// bindTimeout is the shipped setting; the test below fails if it no longer is.
const bindTimeout = 30 * time.Second

// TestCase5 has one member that is missing: nothing is bound until it comes.
func TestCase5OneMemberIsMissing(t *testing.T) {
	t.Run("it does not exist yet", func(t *testing.T) {
		s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 16}.Nodes(), cluster.PairOptions{})
		gang := workload.Gang{Name: "late", Size: 16, GPUs: 8}
		s.create(gang.Pods(0, 15)...)
		s.stays(4*time.Second, "fifteen of sixteen unbound", func() bool { return len(s.bound(gang.Name)) == 0 })
		if binds := s.pair.Calls.Calls(func(c proxy.Call) bool { return c.Verb == "bind" }); len(binds) != 0 {
			t.Errorf("members of an incomplete gang came as far as bind: %d", len(binds))
		}
		s.create(gang.Pod(15))
		s.untilBound(30*time.Second, gang.Name, gang.Size)
	})
	t.Run("it is held back on the way to bind", heldBack)
}

func heldBack(t *testing.T) {
	if !strings.Contains(shipped.Muster, "bindTimeout: 30s") {
		t.Fatal("the shipped bindTimeout is not the one that this test knows")
	}
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 16}.Nodes(), cluster.PairOptions{})
	gang := workload.Gang{Name: "held", Size: 16, GPUs: 8}
	release := s.pair.Calls.Hold(callOf("bind", workload.Namespace+"/held-7"))
	defer release()
	s.create(gang.Pods(0, gang.Size)...)
	s.untilParked(gang, 1)
	parked := time.Now()
	waiting := s.pair.Calls.Calls(func(c proxy.Call) bool { return c.Verb == "bind" && c.Open() && !c.Held })

	// After bindTimeout without progress Muster must give every waiting bind an error: only that frees the scheduler's side.
	s.untilCalls(bindTimeout+15*time.Second, "the waiting binds are answered", func() bool { return len(s.answers(waiting)) == len(waiting) })
	if waited := time.Since(parked); waited < bindTimeout-3*time.Second {
		t.Errorf("given up after %v, want about %v", waited, bindTimeout)
	}
	for _, call := range s.answers(waiting) {
		if call.Status != 200 || !strings.Contains(call.Answer, `"Error":"`) || strings.Contains(call.Answer, `"Error":""`) {
			t.Errorf("bind of %s was answered %d %q, want an Error", call.Pod, call.Status, call.Answer)
		}
	}
	if n := len(s.bound(gang.Name)); n != 0 {
		t.Errorf("%d members bound though one never came", n)
	}
	status, err := s.pair.Gang(s.ctx, workload.Namespace, gang.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("after bindTimeout: state %q, epoch %d, %v", status.State, status.Epoch, status.Reason)
	if status.State == "blocked" && status.Reason == nil {
		t.Error("blocked without a reason")
	}
	release()
	s.untilBound(90*time.Second, gang.Name, gang.Size)
}

// answers are those of the given calls that have been answered, as they are now.
func (s *scene) answers(calls []proxy.Call) []proxy.Call {
	wanted := map[string]time.Time{}
	for _, call := range calls {
		wanted[call.Pod] = call.Arrived
	}
	return s.pair.Calls.Calls(func(c proxy.Call) bool {
		at, ok := wanted[c.Pod]
		return ok && c.Verb == "bind" && c.Arrived.Equal(at) && !c.Open()
	})
}
