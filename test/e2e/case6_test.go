package e2e

import (
	"fmt"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/workload"
)

// crashGang is the gang of the crash cases; it takes the whole rack, so that a wrong repair has nowhere to hide.
var crashGang = workload.Gang{Name: "crash", Size: 16, GPUs: 8, Topology: "{required: rack}"}

func crashScene(t *testing.T) *scene {
	t.Helper()
	return begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 16}.Nodes(), cluster.PairOptions{Gate: true})
}

// endsWhole expects the gang to be whole, and to stay so.
func (s *scene) endsWhole(limit time.Duration) {
	s.Helper()
	s.untilBound(limit, crashGang.Name, crashGang.Size)
	s.stays(time.Second, "the gang whole", func() bool { return len(s.bound(crashGang.Name)) == crashGang.Size })
}

// TestCase6 kills Muster at chosen moments. The gate before the API server makes the moment exact: it lets so many writes pass and keeps
// the next ones; those are lost with the process, or arrive late, when another process has taken over already.
func TestCase6MusterIsKilled(t *testing.T) {
	pods := func() []kube.Pod { return crashGang.Pods(0, crashGang.Size) }

	t.Run("before admission", func(t *testing.T) {
		s := crashScene(t)
		s.pair.Gate.Limit(proxy.Rule{Match: func(q proxy.Request) bool { return q.Method == "PATCH" }})
		s.create(pods()...)
		s.untilHeld()
		s.crashAndRelease()
		s.endsWhole(60 * time.Second)
	})
	for _, fate := range []proxy.Fate{proxy.Hold, proxy.Late} {
		t.Run("half-way through ungating, "+fateName(fate), func(t *testing.T) {
			s := crashScene(t)
			s.pair.Gate.Limit(proxy.Rule{Match: proxy.Request.LiftsGate, Allow: 8, Fate: fate})
			s.create(pods()...)
			s.untilHeld()
			s.until(10*time.Second, "eight members ungated", func() bool { return s.ungated() == 8 })
			s.crashAndRelease()
			s.endsWhole(60 * time.Second)
		})
		for _, k := range []int{1, 7} {
			t.Run(fmt.Sprintf("after Binding %d, %s", k, fateName(fate)), func(t *testing.T) {
				s := crashScene(t)
				s.pair.Gate.Limit(proxy.Rule{Match: proxy.Request.IsBinding, Allow: k, Fate: fate})
				s.create(pods()...)
				s.untilBound(30*time.Second, crashGang.Name, k)
				s.untilHeld()
				s.crashAndRelease()
				s.endsWhole(60 * time.Second) // and the watcher allows 5 s from the first to the last
			})
		}
	}
	t.Run("with all parked", func(t *testing.T) {
		s := crashScene(t)
		release := s.pair.Calls.Hold(callOf("bind", workload.Namespace+"/crash-15"))
		defer release()
		s.create(pods()...)
		s.untilParked(crashGang, 1)
		s.pair.Muster.Kill()
		release()
		if err := s.pair.StartMuster(s.ctx); err != nil {
			t.Fatal(err)
		}
		s.endsWhole(60 * time.Second)
	})
}

// crashAndRelease kills Muster while the gate keeps some of its writes, starts it again, and lets late writes go.
func (s *scene) crashAndRelease() {
	s.Helper()
	s.pair.Muster.Kill()
	s.pair.Gate.Unlimit() // the next process's writes pass
	if err := s.pair.StartMuster(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.pair.Gate.Release()
}

func fateName(fate proxy.Fate) string {
	if fate == proxy.Late {
		return "the other writes arrive late"
	}
	return "the other writes are lost"
}

// untilHeld waits until the gate keeps a write.
func (s *scene) untilHeld() {
	s.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for s.pair.Gate.Held() == 0 {
		if time.Now().After(deadline) {
			s.Fatal("the gate keeps no write within 30 s")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// ungated counts the members without Muster's gate.
func (s *scene) ungated() int {
	return len(s.watch.Pods(workload.Namespace, func(pod *kube.Pod) bool { return ofGang(crashGang.Name)(pod) && !pod.Gated(cluster.GateName) }))
}

// TestCase6SchedulerIsKilled kills kube-scheduler while all members wait in Muster for one that the proxy keeps.
func TestCase6SchedulerIsKilled(t *testing.T) {
	s := crashScene(t)
	release := s.pair.Calls.Hold(callOf("bind", workload.Namespace+"/crash-15"))
	defer release()
	s.create(crashGang.Pods(0, crashGang.Size)...)
	s.untilParked(crashGang, 1)
	s.pair.Scheduler.Kill()
	release()
	s.stays(2*time.Second, "nothing bound without a scheduler", func() bool { return len(s.bound(crashGang.Name)) == 0 })
	if err := s.pair.StartScheduler(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.endsWhole(90 * time.Second) // the killed scheduler's lease has to expire first
}
