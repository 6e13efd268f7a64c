package e2e

import (
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// TestCase7 is a Job with one label and nothing else of Muster's: its parallelism says how many members are needed. The test plays the
// Job controller, since no controller-manager runs: it makes the pods as that controller does, and a new one for one that is deleted.
func TestCase7JobWithOneLabel(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 2, Hosts: 8}.Nodes(), cluster.PairOptions{})
	s.watch.Expect(workload.Namespace, "train", 8)
	job, err := workload.CreateJob(s.ctx, plane.Admin, workload.Gang{Name: "train", Size: 8, GPUs: 8, Silent: true,
		Topology: "{required: rack}"})
	if err != nil {
		t.Fatal(err)
	}
	for range 7 {
		s.createInOrder(job.NextPod())
	}
	s.stays(2*time.Second, "seven of eight unbound", func() bool { return len(s.bound("train")) == 0 })
	s.createInOrder(job.NextPod())
	s.untilBound(30*time.Second, "train", 8)
	racks, _ := domains(s.bound("train"))
	if len(racks) != 1 {
		t.Fatalf("racks %v, want one", racks)
	}

	victim := s.bound("train")[0]
	s.remove(named(victim.Metadata.Name))
	s.createInOrder(job.NextPod())
	s.untilBound(30*time.Second, "train", 8)
	after, nodes := domains(s.bound("train"))
	if len(after) != 1 || len(nodes) != 8 || after[rackOf(victim.Spec.NodeName)] != 8 {
		t.Errorf("after the replacement: racks %v, nodes %v; want all in %s", after, nodes, rackOf(victim.Spec.NodeName))
	}
}

// TestCase7Kueue has a member that Kueue keeps gated: it does not count until Kueue lifts its gate.
func TestCase7MemberGatedByKueueDoesNotCount(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 4}.Nodes(), cluster.PairOptions{})
	gang := workload.Gang{Name: "queued", Size: 4, GPUs: 8, Edit: func(index int, pod *kube.Pod) {
		if index == 3 {
			pod.Spec.SchedulingGates = []kube.Gate{{Name: "kueue.x-k8s.io/admission"}}
		}
	}}
	s.create(gang.Pods(0, gang.Size)...)
	s.stays(4*time.Second, "unbound while one member has no quota", func() bool { return len(s.bound(gang.Name)) == 0 })
	for _, pod := range s.watch.Pods(workload.Namespace, ofGang(gang.Name)) {
		if !pod.Gated(cluster.GateName) {
			t.Errorf("%s was let in though the gang cannot be complete", pod.Metadata.Name)
		}
	}
	lift := map[string]any{"spec": map[string]any{"schedulingGates": []any{
		map[string]string{"$patch": "delete", "name": "kueue.x-k8s.io/admission"}}}}
	path := kube.PodPath(workload.Namespace, "queued-3")
	if err := plane.Admin.Do(s.ctx, "PATCH", path, "application/strategic-merge-patch+json", lift, nil); err != nil {
		t.Fatal(err)
	}
	s.untilBound(30*time.Second, gang.Name, gang.Size)
}
