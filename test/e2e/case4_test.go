package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/workload"
)

// TestCase4 has pods of no gang beside a rack that is reserved for one: they get what is left, at once, and nothing that is reserved.
func TestCase4PlainPodsBesideAReservedRack(t *testing.T) {
	t.Run("while the gang is parked", func(t *testing.T) {
		s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 17}.Nodes(), cluster.PairOptions{})
		gang := workload.Gang{Name: "holder", Size: 16, GPUs: 8}
		release := s.pair.Calls.Hold(callOf("bind", workload.Namespace+"/holder-3"))
		defer release()
		s.create(gang.Pods(0, gang.Size)...)
		s.untilParked(gang, 1)
		s.plainPodsGetTheRest(gang, release)
	})
	t.Run("while its gates are being lifted", func(t *testing.T) {
		s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 17}.Nodes(), cluster.PairOptions{Gate: true})
		gang := workload.Gang{Name: "holder", Size: 16, GPUs: 8}
		s.pair.Gate.Limit(proxy.Rule{Match: proxy.Request.LiftsGate, Allow: 0, Fate: proxy.Hold})
		s.create(gang.Pods(0, gang.Size)...)
		s.untilHeld()
		s.plainPodsGetTheRest(gang, s.pair.Gate.Release)
	})
}

// plainPodsGetTheRest expects sixteen of seventeen nodes to be reserved: of two pods that need a whole node one is bound, a pod without
// GPUs is bound, and after release the gang is whole.
func (s *scene) plainPodsGetTheRest(gang workload.Gang, release func()) {
	s.Helper()
	s.create(workload.Plain("gpu-one", 8, "1"), workload.Plain("gpu-two", 8, "1"), workload.Plain("cpu-only", 0, "1"))
	oneOfTwo := func() bool { return s.podBound("gpu-one") != s.podBound("gpu-two") }
	s.until(15*time.Second, "one pod with GPUs and the one without bound", func() bool { return oneOfTwo() && s.podBound("cpu-only") })
	s.stays(3*time.Second, "the other pod with GPUs and the gang unbound", func() bool { return oneOfTwo() && len(s.bound(gang.Name)) == 0 })
	release()
	s.untilBound(30*time.Second, gang.Name, gang.Size)
	if !oneOfTwo() {
		s.Error("the second pod with GPUs was bound though every node is taken")
	}
	s.remove(ofGang(gang.Name))
	s.until(30*time.Second, "the second pod bound after the gang is gone", func() bool { return s.podBound("gpu-one") && s.podBound("gpu-two") })
}

// untilParked waits until every member has an open bind call, of which so many are held by the proxy and the others wait in Muster.
func (s *scene) untilParked(gang workload.Gang, held int) {
	s.Helper()
	s.untilCalls(30*time.Second, "members parked", func() bool {
		open, kept := map[string]bool{}, 0
		for _, call := range s.pair.Calls.Calls(func(c proxy.Call) bool { return c.Verb == "bind" && c.Open() }) {
			if strings.HasPrefix(call.Pod, workload.Namespace+"/"+gang.Name+"-") {
				open[call.Pod] = true
				if call.Held {
					kept++
				}
			}
		}
		return len(open) == gang.Size && kept == held
	})
}

// TestCase4Race lets a pod of no gang and a gang race for the last node, fifty times: one of them gets it, and the gang is never halved.
func TestCase4RaceForTheSameNode(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 2}.Nodes(), cluster.PairOptions{})
	wins := map[string]int{}
	for round := range 50 {
		gang := workload.Gang{Name: fmt.Sprintf("pair%d", round), Size: 2, GPUs: 8}
		plain := workload.Plain(fmt.Sprintf("single%d", round), 8, "1")
		pods := append(gang.Pods(0, gang.Size), plain)
		switch round % 3 {
		case 0: // all at once
			s.create(pods...)
		case 1: // the gang first
			s.createInOrder(pods...)
		default: // the plain pod between the members
			s.createInOrder(pods[0], pods[2], pods[1])
		}
		gangWhole := func() bool { return len(s.bound(gang.Name)) == gang.Size && !s.podBound(plain.Metadata.Name) }
		plainOnly := func() bool { return len(s.bound(gang.Name)) == 0 && s.podBound(plain.Metadata.Name) }
		s.until(30*time.Second, fmt.Sprintf("round %d decided", round), func() bool { return gangWhole() || plainOnly() })
		if gangWhole() {
			wins["gang"]++
		} else {
			wins["plain pod"]++
			s.stays(100*time.Millisecond, fmt.Sprintf("round %d: the gang unbound beside the plain pod", round), plainOnly)
		}
		s.remove(func(pod *kube.Pod) bool { return true })
	}
	t.Logf("won: %v", wins)
}
