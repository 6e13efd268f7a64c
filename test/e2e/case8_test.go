package e2e

import (
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// TestCase8 has gangs that can never start because of one member: they are blocked with a reason, hold nothing, and others go on.
func TestCase8OneMemberCanNeverRun(t *testing.T) {
	t.Run("a node selector that no node satisfies", func(t *testing.T) {
		s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 4}.Nodes(), cluster.PairOptions{})
		s.blockedAndOthersGoOn(func(index int, pod *kube.Pod) {
			if index == 2 {
				pod.Spec.NodeSelector = map[string]string{"example.com/no-such": "node"}
			}
		})
	})
	t.Run("an unbound claim", func(t *testing.T) {
		s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 4}.Nodes(), cluster.PairOptions{})
		claim := map[string]any{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": map[string]string{"name": "nowhere"},
			"spec": map[string]any{"accessModes": []string{"ReadWriteOnce"}, "storageClassName": "",
				"resources": map[string]any{"requests": map[string]string{"storage": "1Gi"}}}}
		if err := plane.Admin.Post(s.ctx, "/api/v1/namespaces/"+workload.Namespace+"/persistentvolumeclaims", claim, nil); err != nil {
			t.Fatal(err)
		}
		// The scheduler, not Muster, knows what is wrong with this pod: its own words must be passed on.
		s.blockedAndOthersGoOn(func(index int, pod *kube.Pod) {
			if index == 2 {
				pod.Spec.Volumes = []kube.Volume{{Name: "data", PersistentVolumeClaim: &kube.ClaimSource{ClaimName: "nowhere"}}}
			}
		}, "PersistentVolumeClaim")
	})
}

// blockedAndOthersGoOn creates a gang that takes all four nodes and has a member spoiled by edit, and then a gang of four that is well.
func (s *scene) blockedAndOthersGoOn(edit func(int, *kube.Pod), words ...string) {
	s.Helper()
	bad := workload.Gang{Name: "spoiled", Size: 4, GPUs: 8, Edit: edit}
	good := workload.Gang{Name: "healthy", Size: 4, GPUs: 8}
	s.create(bad.Pods(0, bad.Size)...)
	reason := s.untilRefused(bad.Name, words...)
	s.Logf("reason: %s", reason)
	s.create(good.Pods(0, good.Size)...)
	s.untilBound(60*time.Second, good.Name, good.Size)
	if n := len(s.bound(bad.Name)); n != 0 {
		s.Errorf("%d members of the spoiled gang are bound", n)
	}
	if len(words) > 0 {
		s.untilEvent(bad.Name, words...)
	}
}
