package e2e

import (
	"fmt"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// TestCase2 has a gang that no rack can hold. It binds nothing, says why, and does not slow pods of no gang.
func TestCase2GangThatDoesNotFitHindersNobody(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 2, Racks: 2, Hosts: 16}.Nodes(), cluster.PairOptions{})
	gang := workload.Gang{Name: "too-big", Size: 24, GPUs: 8, Topology: "{required: rack}"}

	// The machine is shared, so both sides are measured in turn, several times, and the best of each is compared.
	var alone, beside float64
	for round := range 5 {
		alone = max(alone, s.plainRate(fmt.Sprintf("alone%d", round), 100))
		s.create(gang.Pods(0, gang.Size)...)
		s.untilRefused(gang.Name)
		beside = max(beside, s.plainRate(fmt.Sprintf("beside%d", round), 100))
		if n := len(s.bound(gang.Name)); n != 0 {
			t.Fatalf("%d members of a gang that does not fit are bound", n)
		}
		s.remove(ofGang(gang.Name))
		if round > 0 && beside >= 0.8*alone {
			break
		}
	}
	t.Logf("plain pods: %.0f/s alone, %.0f/s beside a gang that does not fit", alone, beside)
	if beside < 0.8*alone {
		t.Errorf("plain pods bind at %.0f/s beside the gang, which is less than 80 %% of %.0f/s", beside, alone)
	}
}

// plainRate creates n pods of no gang and tells at what rate they were created and bound; then it removes them.
func (s *scene) plainRate(prefix string, n int) float64 {
	s.Helper()
	var pods []kube.Pod
	for i := range n {
		pod := workload.Plain(fmt.Sprintf("%s-%d", prefix, i), 1, "1")
		pod.Metadata.Labels = map[string]string{"round": prefix}
		pods = append(pods, pod)
	}
	ofRound := func(pod *kube.Pod) bool { return pod.Metadata.Labels["round"] == prefix }
	start := time.Now()
	s.create(pods...)
	s.until(60*time.Second, "plain pods bound", func() bool {
		return len(s.watch.Pods(workload.Namespace, func(pod *kube.Pod) bool { return ofRound(pod) && pod.Spec.NodeName != "" })) == n
	})
	rate := float64(n) / time.Since(start).Seconds()
	s.remove(ofRound)
	return rate
}
