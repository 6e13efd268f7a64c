package watcher

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at is the moment so many seconds into the story.
func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

func member(index int, node string) kube.Pod {
	pod := kube.Pod{}
	pod.Metadata = kube.Meta{Namespace: "ml", Name: fmt.Sprintf("a-%d", index), Labels: map[string]string{gangLabel: "a"},
		Annotations: map[string]string{membersAnnotation: "4"}}
	pod.Spec.NodeName = node
	pod.Spec.Containers = []kube.Container{{Resources: kube.Resources{Requests: map[string]string{kube.GPUResource: "8"}}}}
	return pod
}

func changed(pod kube.Pod) kube.Change[kube.Pod] { return kube.Change[kube.Pod]{Object: pod} }

// world is a ledger with four nodes of eight GPUs and the four members of gang ml/a, unbound.
func world() *Ledger {
	l := NewLedger(DefaultLimits)
	for i := range 4 {
		node := kube.Node{Metadata: kube.Meta{Name: fmt.Sprintf("n%d", i)}}
		node.Status.Allocatable = map[string]string{kube.GPUResource: "8"}
		l.ApplyNodes(kube.Change[kube.Node]{Object: node}, at(0))
		l.ApplyPods(changed(member(i, "")), at(0))
	}
	return l
}

func bindAll(l *Ledger, from, to int, when time.Time) {
	for i := from; i < to; i++ {
		l.ApplyPods(changed(member(i, fmt.Sprintf("n%d", i))), when)
	}
}

func wantViolation(t *testing.T, l *Ledger, text string) {
	t.Helper()
	got := l.Violations()
	if len(got) != 1 || !strings.Contains(got[0], text) {
		t.Fatalf("want exactly one violation with %q, got %q", text, got)
	}
}

func wantNone(t *testing.T, l *Ledger) {
	t.Helper()
	if got := l.Violations(); len(got) != 0 {
		t.Fatalf("want no violation, got %q", got)
	}
}

func TestGangBoundAtOnceIsFine(t *testing.T) {
	l := world()
	bindAll(l, 0, 4, at(1))
	l.Tick(at(100))
	wantNone(t, l)
	samples := l.Samples("ml/a")
	if last := samples[len(samples)-1]; last.Served != 4 || last.Needed != 4 {
		t.Fatalf("last sample %+v", last)
	}
}

func TestGangNeverBoundIsFine(t *testing.T) {
	l := world()
	l.Tick(at(1000))
	wantNone(t, l)
}

func TestPartlyBoundJustWithinTheLimitIsFine(t *testing.T) {
	l := world()
	bindAll(l, 0, 2, at(1))
	l.Tick(at(6))
	bindAll(l, 2, 4, at(6))
	l.Tick(at(60))
	wantNone(t, l)
}

func TestPartlyBoundBeyondTheLimitIsSaidWhileItLasts(t *testing.T) {
	l := world()
	bindAll(l, 0, 3, at(1))
	l.Tick(at(5.9))
	wantNone(t, l)
	l.Tick(at(6.1))
	l.Tick(at(7))
	wantViolation(t, l, "gang ml/a is partly bound (3 of 4)")
}

func TestPartlyBoundIsSaidEvenIfNoTickCameBetween(t *testing.T) {
	l := world()
	bindAll(l, 0, 3, at(1))
	bindAll(l, 3, 4, at(9))
	wantViolation(t, l, "partly bound (3 of 4)")
}

func TestRollBackEndsThePartialTime(t *testing.T) {
	l := world()
	bindAll(l, 0, 2, at(1))
	for i := range 2 {
		l.ApplyPods(kube.Change[kube.Pod]{Deleted: true, Object: member(i, fmt.Sprintf("n%d", i))}, at(4))
	}
	l.Tick(at(60))
	wantNone(t, l)
}

func TestTerminatingMemberIsNotServed(t *testing.T) {
	l := world()
	bindAll(l, 0, 4, at(1))
	dying := member(0, "n0")
	dying.Metadata.DeletionTimestamp = "2026-01-01T00:00:02Z"
	l.ApplyPods(changed(dying), at(2))
	l.Tick(at(8))
	wantViolation(t, l, "partly bound (3 of 4)")
}

func TestSucceededMemberCounts(t *testing.T) {
	l := world()
	bindAll(l, 0, 4, at(1))
	finished := member(0, "n0")
	finished.Status.Phase = "Succeeded"
	l.ApplyPods(changed(finished), at(2))
	l.Tick(at(60))
	wantNone(t, l)
}

func TestFailedMemberDoesNotCount(t *testing.T) {
	l := world()
	bindAll(l, 0, 4, at(1))
	failed := member(0, "n0")
	failed.Status.Phase = "Failed"
	l.ApplyPods(changed(failed), at(2))
	l.Tick(at(8))
	wantViolation(t, l, "partly bound (3 of 4)")
}

func TestNeededMayBeDeclared(t *testing.T) {
	l := world()
	l.Expect("ml/a", 3)
	bindAll(l, 0, 3, at(1))
	l.Tick(at(60))
	wantNone(t, l)
}

func TestUnknownNeedIsSaid(t *testing.T) {
	l := world()
	silent := member(0, "n0")
	silent.Metadata.Labels = map[string]string{gangLabel: "b"}
	silent.Metadata.Name, silent.Metadata.Annotations = "b-0", nil
	l.ApplyPods(changed(silent), at(1))
	wantViolation(t, l, "nobody told the watcher how many")
}

func TestNodeOverItsGPUsIsSaid(t *testing.T) {
	l := world()
	bindAll(l, 0, 4, at(1))
	plain := member(9, "n2")
	plain.Metadata.Labels, plain.Metadata.Annotations = nil, nil
	plain.Spec.Containers[0].Resources.Requests[kube.GPUResource] = "1"
	l.ApplyPods(changed(plain), at(2))
	l.ApplyPods(changed(plain), at(3))
	wantViolation(t, l, "node n2 holds pods with 9 GPUs and has 8")
}

func TestTerminatingPodKeepsItsGPUs(t *testing.T) {
	l := world()
	plain := func(name string) kube.Pod {
		pod := member(0, "n0")
		pod.Metadata.Name, pod.Metadata.Labels = name, nil
		return pod
	}
	dying := plain("old")
	dying.Metadata.DeletionTimestamp = "2026-01-01T00:00:02Z"
	l.ApplyPods(changed(dying), at(1))
	l.ApplyPods(changed(plain("new")), at(2))
	wantViolation(t, l, "node n0 holds pods with 16 GPUs")
}

func TestNodeThatDoesNotExistIsSaid(t *testing.T) {
	l := world()
	l.Expect("ml/a", 1)
	l.ApplyPods(changed(member(0, "nowhere")), at(1))
	l.Tick(at(1.5))
	wantNone(t, l)
	l.Tick(at(3))
	l.Tick(at(4))
	wantViolation(t, l, "node nowhere, which does not exist")
}

func TestNodeSeenLaterThanItsPodIsFine(t *testing.T) {
	l := world()
	l.Expect("ml/a", 1)
	l.ApplyPods(changed(member(0, "late")), at(1))
	node := kube.Node{Metadata: kube.Meta{Name: "late"}}
	node.Status.Allocatable = map[string]string{kube.GPUResource: "8"}
	l.ApplyNodes(kube.Change[kube.Node]{Object: node}, at(1.2))
	l.Tick(at(60))
	wantNone(t, l)
}

func TestRelistThatShowsLessForgetsWhatIsGone(t *testing.T) {
	l := world()
	bindAll(l, 0, 2, at(1))
	l.ApplyPods(kube.Change[kube.Pod]{Reset: true, Items: []kube.Pod{member(2, ""), member(3, "")}}, at(3))
	l.Tick(at(60))
	wantNone(t, l)
	if samples := l.Samples("ml/a"); samples[len(samples)-1].Exist != 2 {
		t.Fatalf("samples %+v", samples)
	}
}

func TestBlindWatcherIsSaid(t *testing.T) {
	l := world()
	l.Stream("pods", true, at(0))
	l.Stream("pods", false, at(1))
	l.Stream("pods", true, at(1.5))
	l.Tick(at(10))
	wantNone(t, l)
	l.Stream("pods", false, at(11))
	l.Tick(at(13.5))
	wantViolation(t, l, "blind")
}

func TestBlindWatcherIsSaidWhenItSeesAgain(t *testing.T) {
	l := world()
	l.Stream("pods", false, at(1))
	l.Stream("pods", true, at(9))
	wantViolation(t, l, "blind")
}

func TestServedTellsTheWindow(t *testing.T) {
	l := world()
	if served, first, _ := l.Served("ml/a"); served != 0 || !first.IsZero() {
		t.Fatalf("unbound gang: %d, %v", served, first)
	}
	bindAll(l, 0, 1, at(1))
	bindAll(l, 1, 4, at(2))
	waiting := member(7, "")
	l.ApplyPods(changed(waiting), at(3)) // one more that is not bound does not move the window
	if served, first, last := l.Served("ml/a"); served != 4 || !first.Equal(at(1)) || !last.Equal(at(2)) {
		t.Fatalf("served %d, window %v to %v", served, first, last)
	}
}
