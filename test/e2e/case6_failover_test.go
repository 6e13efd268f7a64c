package e2e

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/workload"
)

// twoPairs starts two pairs with host names of their own, as two pods have; the first leads.
func twoPairs(t *testing.T) (s *scene, follower *cluster.Pair) {
	t.Helper()
	nodes := cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 16}.Nodes()
	s = begin(t, nodes, cluster.PairOptions{Name: "leader", Host: "muster-a", Gate: true})
	muster, err := musterBinary()
	if err != nil {
		t.Fatal(err)
	}
	follower, err = plane.StartPair(s.ctx, shipped, cluster.PairOptions{Name: "follower", Host: "muster-b", Muster: muster})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(follower.Err(), follower.Stop()); err != nil {
			t.Error(err)
		}
		s.explain(follower)
	})
	return s, follower
}

// TestCase6FailOver ends the leading pair in the middle of its work: the other pair finishes it, and wrote nothing before.
func TestCase6FailOver(t *testing.T) {
	t.Run("leader terminated in the middle of a commit", terminatedInCommit)
	t.Run("leader lost with all parked", lostWithAllParked)
}

// terminatedInCommit ends the leader as Kubernetes ends a pod. Its scheduler gives the lease back, so that the other pair can finish
// within the promised time although the leader's own Bindings are stuck on the way and arrive late.
func terminatedInCommit(t *testing.T) {
	s, follower := twoPairs(t)
	s.pair.Gate.Limit(proxy.Rule{Match: proxy.Request.IsBinding, Allow: 5, Fate: proxy.Late})
	s.create(crashGang.Pods(0, crashGang.Size)...)
	s.untilBound(30*time.Second, crashGang.Name, 5)
	s.untilHeld()
	s.followerWroteNothing(follower, time.Now())
	terminated := time.Now()
	for _, process := range []*cluster.Process{s.pair.Scheduler, s.pair.Muster} {
		if err := process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	s.untilBound(30*time.Second, crashGang.Name, crashGang.Size)
	s.pair.Gate.Release()
	s.endsWhole(10 * time.Second)
	if err := follower.WaitLeading(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.followerWroteNothing(follower, terminated)
	s.oldLeaderBoundNothingAfter(follower)
}

// lostWithAllParked kills both processes of the leader at once. Its lease has to expire, so nothing may be bound meanwhile.
func lostWithAllParked(t *testing.T) {
	s, follower := twoPairs(t)
	release := s.pair.Calls.Hold(callOf("bind", workload.Namespace+"/crash-15"))
	defer release()
	s.create(crashGang.Pods(0, crashGang.Size)...)
	s.untilParked(crashGang, 1)
	lost := time.Now()
	s.pair.Scheduler.Kill()
	s.pair.Muster.Kill()
	if err := follower.WaitLeading(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.endsWhole(60 * time.Second)
	s.followerWroteNothing(follower, lost)
}

// followerWroteNothing looks into the audit log: before the given time the follower's two processes may have touched at most the lease.
func (s *scene) followerWroteNothing(follower *cluster.Pair, before time.Time) {
	s.Helper()
	for _, identity := range []cluster.Identity{follower.MusterIdentity, follower.SchedulerIdentity} {
		writes, err := plane.Writes(identity.ID)
		if err != nil {
			s.Fatal(err)
		}
		for _, write := range writes {
			if write.At.Before(before) && !strings.HasPrefix(write.Resource, "leases") && !isReview(write) {
				s.Errorf("the follower wrote before it led: %v", write)
			}
		}
	}
}

// isReview says whether the request only asks the API server who somebody is: kube-scheduler does so for its own port.
func isReview(write cluster.Write) bool {
	return write.Resource == "tokenreviews" || write.Resource == "subjectaccessreviews"
}

// oldLeaderBoundNothingAfter: once the new leader has written anything about pods, no Binding of the old one may succeed.
func (s *scene) oldLeaderBoundNothingAfter(follower *cluster.Pair) {
	s.Helper()
	var taken time.Time
	writes, err := plane.Writes(follower.MusterIdentity.ID)
	if err != nil {
		s.Fatal(err)
	}
	for _, write := range writes {
		if strings.HasPrefix(write.Resource, "pods/binding") && (taken.IsZero() || write.At.Before(taken)) {
			taken = write.At
		}
	}
	if taken.IsZero() {
		s.Fatal("the new leader bound nothing: the case did not happen as planned")
	}
	old, err := plane.Writes(s.pair.MusterIdentity.ID)
	if err != nil {
		s.Fatal(err)
	}
	for _, write := range old {
		if write.Resource == "pods/binding" && write.Code == http.StatusCreated && write.At.After(taken) {
			s.Errorf("the old leader bound a pod after the new one had begun: %v", write)
		}
	}
}

// TestControlPlaneTwoPairsHaveTwoHostNames belongs to the ground of the fail-over cases: two pairs must really have two host names, or the cases above prove nothing.
func TestControlPlaneTwoPairsHaveTwoHostNames(t *testing.T) {
	emptyCluster(t)
	first, err := plane.StartPair(t.Context(), shipped, cluster.PairOptions{Name: "first", Host: "muster-a"})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Kill()
	if err := first.WaitLeading(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := plane.StartPair(t.Context(), shipped, cluster.PairOptions{Name: "second", Host: "muster-b"})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Kill()
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := second.WaitLeading(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("the second leads %v after the first was terminated", time.Since(start).Round(10*time.Millisecond))
	// kube-scheduler renews every 2 s. A SIGTERM while the answer is still on its way cancels that request, and then nothing is given back.
	time.Sleep(time.Second)
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "nobody leads", func(ctx context.Context) error {
		if holder, err := plane.LeaseHolder(ctx); err != nil || holder != "" {
			return errors.Join(err, errors.New("the lease names "+holder))
		}
		return nil
	})
}
