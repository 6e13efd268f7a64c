package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/proxy"
	"muster.scheduler/test/e2e/internal/watcher"
	"muster.scheduler/test/e2e/internal/workload"
)

// scene is what a case plays in: an empty cluster with fake nodes, one pair of kube-scheduler and Muster, and the watcher.
type scene struct {
	*testing.T
	ctx   context.Context
	pair  *cluster.Pair
	watch *watcher.Watcher
}

// emptyCluster leaves no pod and no node, before and after the test.
func emptyCluster(t *testing.T) {
	t.Helper()
	if err := plane.Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := plane.Clean(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// begin makes a scene. When the case ends, the watcher must have seen no broken promise, and no process may have ended by itself.
func begin(t *testing.T, nodes []kube.Node, options cluster.PairOptions) *scene {
	t.Helper()
	muster, err := musterBinary()
	if err != nil {
		t.Fatal(err)
	}
	options.Muster = muster
	s := &scene{T: t, ctx: t.Context()}
	s.stage(nodes)
	if s.pair, err = plane.StartPair(s.ctx, shipped, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.pair.Err(), s.pair.Stop()); err != nil {
			t.Error(err)
		}
		s.explain(s.pair)
	})
	if err := s.pair.WaitLeading(s.ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// stage empties the cluster, creates the nodes and starts the watcher.
func (s *scene) stage(nodes []kube.Node) {
	s.Helper()
	emptyCluster(s.T)
	if err := plane.CreateNodes(s.ctx, nodes); err != nil {
		s.Fatal(err)
	}
	client, err := plane.Client()
	if err != nil {
		s.Fatal(err)
	}
	// The context of a test ends before its clean-up runs, and the watcher must see to the end.
	if s.watch, err = watcher.Start(context.Background(), client, watcher.DefaultLimits); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		s.watch.Stop()
		if err := s.watch.Err(); err != nil {
			s.Errorf("the watcher saw: %v", err)
		}
	})
}

// explain prints what helps to understand a failure.
func (s *scene) explain(pair *cluster.Pair) {
	if !s.Failed() {
		return
	}
	for _, pod := range s.watch.Pods(workload.Namespace, func(*kube.Pod) bool { return true }) {
		s.Logf("%s on %q gates %v nominated %q plan %q: %s", pod.Metadata.Name, pod.Spec.NodeName, pod.Spec.SchedulingGates,
			pod.Status.NominatedNodeName, pod.Metadata.Annotations[workload.PlanAnnotation], pod.Condition("PodScheduled").Message)
	}
	if pair.Muster != nil {
		s.Logf("end of muster's log:\n%s", pair.Muster.LogTail(40))
	}
}

// create creates pods, in parallel.
func (s *scene) create(pods ...kube.Pod) {
	s.Helper()
	if err := workload.Create(s.ctx, plane.Admin, 16, pods...); err != nil {
		s.Fatal(err)
	}
}

// createInOrder creates pods one after the other.
func (s *scene) createInOrder(pods ...kube.Pod) {
	s.Helper()
	if err := workload.Create(s.ctx, plane.Admin, 1, pods...); err != nil {
		s.Fatal(err)
	}
}

// remove deletes pods at once and waits until the watcher has seen them go.
func (s *scene) remove(match func(*kube.Pod) bool) {
	s.Helper()
	for _, pod := range s.watch.Pods(workload.Namespace, match) {
		err := plane.Admin.Delete(s.ctx, kube.PodPath(workload.Namespace, pod.Metadata.Name))
		if err != nil && kube.CodeOf(err) != http.StatusNotFound {
			s.Fatal(err)
		}
	}
	s.until(20*time.Second, "pods gone", func() bool { return len(s.watch.Pods(workload.Namespace, match)) == 0 })
}

// until waits for a condition on what the watcher sees.
func (s *scene) until(limit time.Duration, what string, condition func() bool) {
	s.Helper()
	if err := s.watch.Until(s.ctx, limit, condition); err != nil {
		s.Fatalf("%s: %v", what, err)
	}
}

// untilCalls waits for a condition on the calls that the proxy has recorded.
func (s *scene) untilCalls(limit time.Duration, what string, condition func() bool) {
	s.Helper()
	deadline := time.After(limit)
	for {
		changed := s.pair.Calls.Changed()
		if condition() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			s.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// stays checks that a condition holds for the whole of a time. It is for "nothing happens", which no event can show.
func (s *scene) stays(d time.Duration, what string, condition func() bool) {
	s.Helper()
	if s.watch.Until(s.ctx, d, func() bool { return !condition() }) == nil {
		s.Fatalf("%s: no longer true", what)
	}
}

// bound are the bound members of a gang.
func (s *scene) bound(gang string) []kube.Pod {
	return s.watch.Pods(workload.Namespace, func(pod *kube.Pod) bool {
		return pod.Metadata.Labels[workload.GangLabel] == gang && pod.Spec.NodeName != "" && !pod.Terminating()
	})
}

// untilBound waits until exactly so many members of a gang are bound.
func (s *scene) untilBound(limit time.Duration, gang string, n int) {
	s.Helper()
	s.until(limit, fmt.Sprintf("%d members of %s bound", n, gang), func() bool { return len(s.bound(gang)) == n })
}

// podBound says whether a pod is bound.
func (s *scene) podBound(name string) bool {
	return len(s.watch.Pods(workload.Namespace, func(pod *kube.Pod) bool { return pod.Metadata.Name == name && pod.Spec.NodeName != "" })) == 1
}

func ofGang(gang string) func(*kube.Pod) bool {
	return func(pod *kube.Pod) bool { return pod.Metadata.Labels[workload.GangLabel] == gang }
}

func named(name string) func(*kube.Pod) bool {
	return func(pod *kube.Pod) bool { return pod.Metadata.Name == name }
}

// callOf matches the calls of one verb about one pod.
func callOf(verb, pod string) func(proxy.Call) bool {
	return func(call proxy.Call) bool { return call.Verb == verb && call.Pod == pod }
}

// within asks the API until a condition holds.
func within(t *testing.T, limit time.Duration, what string, condition func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %v: %v", what, limit, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
