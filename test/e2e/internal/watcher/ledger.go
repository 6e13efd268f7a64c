// Package watcher follows the API independently of the scheduler and of Muster, and says when a promise is broken: a gang that is partly
// bound for too long, a node that holds more GPUs than it has, a pod bound to a node that does not exist.
package watcher

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// The vocabulary by which a pod says that it belongs to a gang.
const (
	gangLabel         = "muster.scheduler/gang"
	membersAnnotation = "muster.scheduler/members"
)

// Limits are the bounds that the ledger enforces.
type Limits struct {
	Partial time.Duration // how long a gang may have some, but not all, of its needed members bound
	Blind   time.Duration // how long the watcher may be without an open stream and still claim to have seen everything
}

// unknownNode is how long the stream of nodes may be behind that of pods before a bound pod's node is taken for one that does not exist.
const unknownNode = time.Second

// DefaultLimits are those of the product's promise.
var DefaultLimits = Limits{Partial: 5 * time.Second, Blind: 2 * time.Second}

// Sample is one step in the life of a gang, as seen from the API.
type Sample struct {
	At            time.Time
	Exist, Served int
	Needed        int
}

// gang is what the ledger knows about one gang.
type gang struct {
	needed       int
	declared     bool // needed was told by the test, since the pods do not say it
	partialSince time.Time
	reported     bool // one violation per stretch of being partial
	samples      []Sample
}

// index is a set of pods, by their keys, under each name. Without it each event would cost a look at all pods, and the watcher would take
// the time that a benchmark measures.
type index map[string]map[string]*kube.Pod

func (x index) put(name string, pod *kube.Pod) {
	if name == "" {
		return
	}
	if x[name] == nil {
		x[name] = map[string]*kube.Pod{}
	}
	x[name][podKey(pod)] = pod
}

func (x index) drop(name string, pod *kube.Pod) {
	delete(x[name], podKey(pod))
	if len(x[name]) == 0 {
		delete(x, name)
	}
}

// Ledger is the watcher's memory and judgement. It has no clock and no socket: time comes in as an argument, so tests can play any story.
type Ledger struct {
	limits     Limits
	pods       map[string]*kube.Pod // by namespace/name
	byGang     index                // the same pods by gang
	byNode     index                // and by the node that they are bound to
	nodes      map[string]kube.Node // by name
	gangs      map[string]*gang     // by namespace/name of the gang
	overfull   map[string]bool      // nodes that hold too much at the moment
	missing    map[string]time.Time // nodes that hold pods, but are not known: since when
	streams    map[string]time.Time // by name of the stream: since when it is closed; zero while it is open
	violations []string
}

// NewLedger makes an empty ledger.
func NewLedger(limits Limits) *Ledger {
	return &Ledger{limits: limits, pods: map[string]*kube.Pod{}, byGang: index{}, byNode: index{},
		nodes: map[string]kube.Node{}, gangs: map[string]*gang{},
		overfull: map[string]bool{}, missing: map[string]time.Time{}, streams: map[string]time.Time{}}
}

// Expect declares how many members a gang needs, where its pods do not say so (a Job's parallelism is the default).
func (l *Ledger) Expect(key string, needed int) {
	g := l.gang(key)
	g.needed, g.declared = needed, true
}

// Violations are the broken promises so far, oldest first.
func (l *Ledger) Violations() []string { return slices.Clone(l.violations) }

// Samples is the history of a gang.
func (l *Ledger) Samples(key string) []Sample {
	if g := l.gangs[key]; g != nil {
		return slices.Clone(g.samples)
	}
	return nil
}

// Served is how many members of a gang are bound now, when the first of them was seen so, and since when it is that many.
func (l *Ledger) Served(key string) (served int, first, last time.Time) {
	g := l.gangs[key]
	if g == nil || len(g.samples) == 0 {
		return 0, first, last
	}
	served = g.samples[len(g.samples)-1].Served
	same := true
	for i := len(g.samples) - 1; i >= 0 && g.samples[i].Served > 0; i-- {
		first = g.samples[i].At
		if same = same && g.samples[i].Served == served; same {
			last = g.samples[i].At
		}
	}
	return served, first, last
}

// Pods are those of a gang, or all when key is empty, in no order.
func (l *Ledger) Pods(key string) []*kube.Pod {
	if key != "" {
		return slices.Collect(maps.Values(l.byGang[key]))
	}
	return slices.Collect(maps.Values(l.pods))
}

// ApplyPods takes a change of the pods into account.
func (l *Ledger) ApplyPods(change kube.Change[kube.Pod], now time.Time) {
	touched := map[string]bool{} // "g" + gang or "n" + node
	forget := func(key string) {
		if old := l.pods[key]; old != nil {
			touched["g"+gangKey(old)], touched["n"+old.Spec.NodeName] = true, true
			l.byGang.drop(gangKey(old), old)
			l.byNode.drop(old.Spec.NodeName, old)
			delete(l.pods, key)
		}
	}
	learn := func(pod kube.Pod) {
		touched["g"+gangKey(&pod)], touched["n"+pod.Spec.NodeName] = true, true
		l.pods[podKey(&pod)] = &pod
		l.byGang.put(gangKey(&pod), &pod)
		l.byNode.put(pod.Spec.NodeName, &pod)
	}
	if change.Reset {
		for key := range l.pods {
			forget(key)
		}
		for _, pod := range change.Items {
			learn(pod)
		}
	} else {
		forget(podKey(&change.Object))
		if !change.Deleted {
			learn(change.Object)
		}
	}
	for name := range touched {
		switch {
		case len(name) == 1: // of no gang, or on no node
		case name[0] == 'g':
			l.countGang(name[1:], now)
		default:
			l.countNode(name[1:], now)
		}
	}
}

// ApplyNodes takes a change of the nodes into account.
func (l *Ledger) ApplyNodes(change kube.Change[kube.Node], now time.Time) {
	if change.Reset {
		clear(l.nodes)
		for _, node := range change.Items {
			l.nodes[node.Metadata.Name] = node
		}
		return
	}
	name := change.Object.Metadata.Name
	if change.Deleted {
		delete(l.nodes, name)
		return
	}
	l.nodes[name] = change.Object
	l.countNode(name, now)
}

// Stream notes that a stream opened or closed.
func (l *Ledger) Stream(name string, open bool, now time.Time) {
	if open {
		l.checkBlind(name, now)
		l.streams[name] = time.Time{}
	} else if l.streams[name].IsZero() {
		l.streams[name] = now
	}
}

// Tick judges what only time can break.
func (l *Ledger) Tick(now time.Time) {
	for key := range l.gangs {
		l.judgePartial(key, now)
	}
	for name := range l.streams {
		l.checkBlind(name, now)
	}
	for name, since := range l.missing {
		if now.Sub(since) > unknownNode {
			l.violate(now, "pods are bound to node %s, which does not exist", name)
			delete(l.missing, name)
		}
	}
}

func (l *Ledger) checkBlind(name string, now time.Time) {
	since := l.streams[name]
	if !since.IsZero() && now.Sub(since) > l.limits.Blind {
		l.violate(now, "the watcher was blind: stream of %s closed for %.1f s", name, now.Sub(since).Seconds())
		l.streams[name] = now // once per limit, not once per tick
	}
}

func (l *Ledger) gang(key string) *gang {
	g := l.gangs[key]
	if g == nil {
		g = &gang{}
		l.gangs[key] = g
	}
	return g
}

// countGang counts a gang anew from its pods. A member is served when it is bound and not being deleted, or has succeeded.
func (l *Ledger) countGang(key string, now time.Time) {
	g := l.gang(key)
	l.judgePartial(key, now) // the stretch that ends now was judged with the old count
	sample := Sample{At: now}
	for _, pod := range l.byGang[key] {
		if n, err := strconv.Atoi(pod.Metadata.Annotations[membersAnnotation]); err == nil && !g.declared {
			g.needed = n
		}
		if pod.Terminating() {
			continue
		}
		sample.Exist++
		if pod.Spec.NodeName != "" && pod.Status.Phase != "Failed" || pod.Status.Phase == "Succeeded" {
			sample.Served++
		}
	}
	sample.Needed = g.needed
	if last := len(g.samples) - 1; last >= 0 && g.samples[last].Served == sample.Served && g.samples[last].Exist == sample.Exist {
		return
	}
	g.samples = append(g.samples, sample)
	if sample.Served > 0 && g.needed == 0 {
		l.violate(now, "gang %s has bound pods, but nobody told the watcher how many it needs", key)
	}
	if sample.Served > 0 && sample.Served < g.needed {
		if g.partialSince.IsZero() {
			g.partialSince = now
		}
	} else {
		g.partialSince, g.reported = time.Time{}, false
	}
}

func (l *Ledger) judgePartial(key string, now time.Time) {
	g := l.gangs[key]
	if g == nil || g.partialSince.IsZero() || g.reported || now.Sub(g.partialSince) <= l.limits.Partial {
		return
	}
	g.reported = true
	last := g.samples[len(g.samples)-1]
	l.violate(now, "gang %s is partly bound (%d of %d) for more than %.1f s", key, last.Served, g.needed, l.limits.Partial.Seconds())
}

// countNode adds up the GPUs of the pods on a node. A terminating pod keeps its devices until it is gone.
func (l *Ledger) countNode(name string, now time.Time) {
	used := 0
	for _, pod := range l.byNode[name] {
		if pod.Status.Phase != "Succeeded" && pod.Status.Phase != "Failed" {
			used += pod.GPUs()
		}
	}
	node, exists := l.nodes[name]
	if !exists {
		if _, noted := l.missing[name]; !noted && used > 0 {
			l.missing[name] = now
		}
		return
	}
	delete(l.missing, name)
	over := used > node.GPUs()
	if over && !l.overfull[name] {
		l.violate(now, "node %s holds pods with %d GPUs and has %d", name, used, node.GPUs())
	}
	l.overfull[name] = over
}

func (l *Ledger) violate(now time.Time, format string, args ...any) {
	l.violations = append(l.violations, now.Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

func podKey(pod *kube.Pod) string { return pod.Metadata.Namespace + "/" + pod.Metadata.Name }

func gangKey(pod *kube.Pod) string {
	name := pod.Metadata.Labels[gangLabel]
	if name == "" {
		return ""
	}
	return pod.Metadata.Namespace + "/" + name
}
