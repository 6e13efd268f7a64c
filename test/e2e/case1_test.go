package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/workload"
)

// rackOf reads the rack out of a fake node's name: b0-r1-h02 stands in b0-r1.
func rackOf(node string) string {
	if at := strings.LastIndex(node, "-h"); at >= 0 {
		return node[:at]
	}
	return node
}

// domains counts the pods per rack and per node.
func domains(pods []kube.Pod) (racks, nodes map[string]int) {
	racks, nodes = map[string]int{}, map[string]int{}
	for _, pod := range pods {
		racks[rackOf(pod.Spec.NodeName)]++
		nodes[pod.Spec.NodeName]++
	}
	return racks, nodes
}

// TestCase1 is the main promise: sixteen members of eight GPUs land in one rack, and the last of them was ready to be bound before the
// first was.
func TestCase1GangLandsInOneRackAllOrNone(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 2, Racks: 2, Hosts: 16}.Nodes(), cluster.PairOptions{})
	gang := workload.Gang{Name: "sixteen", Size: 16, GPUs: 8, Topology: "{required: rack}"}
	s.create(gang.Pods(0, gang.Size)...)
	s.untilBound(30*time.Second, gang.Name, gang.Size)

	racks, nodes := domains(s.bound(gang.Name))
	if len(racks) != 1 || len(nodes) != gang.Size {
		t.Errorf("racks %v, nodes %v: want one rack and sixteen nodes", racks, nodes)
	}
	lastArrival := s.lastFirstBind(gang)
	firstBinding := s.firstBindingWritten(gang)
	if !firstBinding.After(lastArrival) {
		t.Errorf("the first Binding was written at %v, before the last member's bind call came at %v", firstBinding, lastArrival)
	}
	for _, sample := range s.watch.Samples(workload.Namespace, gang.Name) {
		if sample.Served > 0 && !sample.At.After(lastArrival) {
			t.Errorf("%d members were seen bound at %v, before the last bind call at %v", sample.Served, sample.At, lastArrival)
		}
	}
	if t.Failed() {
		return
	}
	t.Logf("first Binding %v after the last bind call; all %d bound %v after that", firstBinding.Sub(lastArrival).Round(time.Microsecond),
		gang.Size, s.boundAt(gang).Sub(firstBinding).Round(time.Millisecond))
}

// lastFirstBind is when the last member had its first bind call.
func (s *scene) lastFirstBind(gang workload.Gang) time.Time {
	s.Helper()
	first := map[string]time.Time{}
	for _, call := range s.pair.Calls.Calls(func(c proxy.Call) bool { return c.Verb == "bind" }) {
		if _, seen := first[call.Pod]; !seen && strings.HasPrefix(call.Pod, workload.Namespace+"/"+gang.Name+"-") {
			first[call.Pod] = call.Arrived
		}
	}
	if len(first) != gang.Size {
		s.Fatalf("bind calls for %d members, want %d", len(first), gang.Size)
	}
	var last time.Time
	for _, at := range first {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// firstBindingWritten is when the API server received the first Binding of the gang, by its audit log.
func (s *scene) firstBindingWritten(gang workload.Gang) time.Time {
	s.Helper()
	writes, err := plane.Writes(s.pair.MusterIdentity.ID)
	if err != nil {
		s.Fatal(err)
	}
	var first time.Time
	for _, write := range writes {
		if write.Resource == "pods/binding" && write.Code == http.StatusCreated && strings.HasPrefix(write.Name, gang.Name+"-") &&
			(first.IsZero() || write.At.Before(first)) {
			first = write.At
		}
	}
	if first.IsZero() {
		s.Fatalf("the audit log has no Binding of %s by Muster among %d writes", gang.Name, len(writes))
	}
	return first
}

// boundAt is when the watcher saw the gang whole.
func (s *scene) boundAt(gang workload.Gang) time.Time {
	for _, sample := range s.watch.Samples(workload.Namespace, gang.Name) {
		if sample.Served == gang.Size {
			return sample.At
		}
	}
	return time.Time{}
}
