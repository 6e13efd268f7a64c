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

// TestCase6LateBindingsOfADeadProcess lets Bindings of a dead process arrive after its successor has made another plan. They name the right pods, by
// their UIDs, and the API server checks no capacity: only the precondition on the resourceVersion keeps them out.
func TestCase6LateBindingsOfADeadProcess(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 2, Hosts: 16}.Nodes(), cluster.PairOptions{Gate: true})
	s.pair.Gate.Limit(proxy.Rule{Match: proxy.Request.IsBinding, Allow: 0, Fate: proxy.Late})
	s.create(crashGang.Pods(0, crashGang.Size)...)
	s.untilHeld()
	first := s.binds(func(c proxy.Call) bool { return true })
	oldRack := rackOf(first[0].Node)

	s.pair.Muster.Kill()
	s.cordon(oldRack) // so that the next plan must be another one
	s.pair.Gate.Unlimit()
	release := s.pair.Calls.Hold(func(c proxy.Call) bool { return c.Verb == "bind" })
	defer release()
	if err := s.pair.StartMuster(s.ctx); err != nil {
		t.Fatal(err)
	}
	inNewRack := func(c proxy.Call) bool { return c.Open() && c.Held && rackOf(c.Node) != oldRack }
	s.untilCalls(60*time.Second, "all members come to be bound in the other rack", func() bool { return len(s.binds(inNewRack)) == crashGang.Size })

	s.pair.Gate.Release() // returns when the API server has answered the late Bindings
	s.stays(time.Second, "nothing bound by late Bindings", func() bool { return len(s.bound(crashGang.Name)) == 0 })
	s.lateBindingsWereRefused()
	release()
	s.endsWhole(60 * time.Second)
	racks, _ := domains(s.bound(crashGang.Name))
	if len(racks) != 1 || racks[oldRack] != 0 {
		t.Errorf("racks %v, want one that is not %s", racks, oldRack)
	}
}

// binds are the bind calls of the gang that match.
func (s *scene) binds(match func(proxy.Call) bool) []proxy.Call {
	return s.pair.Calls.Calls(func(c proxy.Call) bool {
		return c.Verb == "bind" && strings.HasPrefix(c.Pod, workload.Namespace+"/"+crashGang.Name+"-") && match(c)
	})
}

// cordon makes the nodes of a rack unschedulable.
func (s *scene) cordon(rack string) {
	s.Helper()
	list, err := kube.ListAll[kube.Node](s.ctx, plane.Admin, "/api/v1/nodes")
	if err != nil {
		s.Fatal(err)
	}
	for _, node := range list.Items {
		if rackOf(node.Metadata.Name) != rack {
			continue
		}
		patch := map[string]any{"spec": map[string]any{"unschedulable": true}}
		if err := plane.Admin.MergePatch(s.ctx, "/api/v1/nodes/"+node.Metadata.Name, patch, nil); err != nil {
			s.Fatal(err)
		}
	}
}

// lateBindingsWereRefused looks into the audit log: at least one late Binding must have arrived, or the case proved nothing, and each
// must have been a conflict.
func (s *scene) lateBindingsWereRefused() {
	s.Helper()
	writes, err := plane.Writes(s.pair.MusterIdentity.ID)
	if err != nil {
		s.Fatal(err)
	}
	arrived := 0
	for _, write := range writes {
		if write.Resource == "pods/binding" && strings.HasPrefix(write.Name, crashGang.Name+"-") {
			arrived++
			if write.Code != http.StatusConflict {
				s.Errorf("a late Binding was not refused: %v", write)
			}
		}
	}
	if arrived == 0 {
		s.Error("no late Binding arrived: the case did not happen as planned")
	}
}
