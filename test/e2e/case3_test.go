package e2e

import (
	"context"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/workload"
)

// TestCase3 has room for one of two gangs, whose pods come interleaved: one becomes whole, the other whole after the first is gone.
func TestCase3TwoGangsOneAtATime(t *testing.T) {
	t.Run("gated", func(t *testing.T) { oneAtATime(t) })
	t.Run("ungated", func(t *testing.T) {
		restore, err := plane.WithoutGatePolicy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := restore(context.Background()); err != nil {
				t.Error(err)
			}
		})
		oneAtATime(t)
	})
}

func oneAtATime(t *testing.T) {
	s := begin(t, cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 24}.Nodes(), cluster.PairOptions{})
	a := workload.Gang{Name: "alpha", Size: 16, GPUs: 8}
	b := workload.Gang{Name: "beta", Size: 16, GPUs: 8}
	s.createInOrder(workload.Interleave(a.Pods(0, a.Size), b.Pods(0, b.Size))...)

	s.until(60*time.Second, "one gang whole", func() bool { return len(s.bound(a.Name)) == a.Size || len(s.bound(b.Name)) == b.Size })
	winner, loser := a, b
	if len(s.bound(b.Name)) == b.Size {
		winner, loser = b, a
	}
	// Longer than a backoff of the scheduler, so that the loser's members have tried again.
	s.stays(5*time.Second, "the winner whole and the loser unbound", func() bool {
		return len(s.bound(winner.Name)) == winner.Size && len(s.bound(loser.Name)) == 0
	})
	for _, sample := range s.watch.Samples(workload.Namespace, loser.Name) {
		if sample.Served > 0 {
			t.Errorf("the loser had %d members bound while the winner was there", sample.Served)
		}
	}
	s.remove(ofGang(winner.Name))
	s.untilBound(60*time.Second, loser.Name, loser.Size)
}
