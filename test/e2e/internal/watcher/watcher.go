package watcher

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// Watcher feeds a ledger from two watch streams of its own.
type Watcher struct {
	mu      sync.Mutex
	ledger  *Ledger
	changed chan struct{} // closed and replaced at each change of a pod
	cancel  context.CancelFunc
	done    sync.WaitGroup
	failed  error
}

// tick is how often time itself is judged: far below the limits.
const tick = 50 * time.Millisecond

// Start begins to watch with a client that nobody else uses. It returns when both collections have been listed.
func Start(ctx context.Context, client *kube.Client, limits Limits) (*Watcher, error) {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watcher{ledger: NewLedger(limits), changed: make(chan struct{}), cancel: cancel}
	listed := make(chan error, 4)
	// Nodes first: a bound pod whose node is not known yet would look like a violation.
	w.done.Go(func() { stream(w, ctx, client, "/api/v1/nodes", listed, w.ledger.ApplyNodes) })
	if err := wait(ctx, listed); err != nil {
		w.Stop()
		return nil, err
	}
	w.done.Go(func() { stream(w, ctx, client, "/api/v1/pods", listed, w.ledger.ApplyPods) })
	w.done.Go(func() { w.clock(ctx) })
	if err := wait(ctx, listed); err != nil {
		w.Stop()
		return nil, err
	}
	return w, nil
}

func wait(ctx context.Context, listed <-chan error) error {
	select {
	case err := <-listed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(10 * time.Second):
		return errors.New("the watcher could not list within 10 s")
	}
}

func stream[T any](w *Watcher, ctx context.Context, c *kube.Client, path string, listed chan<- error, apply func(kube.Change[T], time.Time)) {
	w.seeing(path, false) // blind from the start until the first stream stands
	first := true
	err := kube.Watch(ctx, c, path, func(change kube.Change[T]) {
		w.mu.Lock()
		defer w.mu.Unlock()
		apply(change, time.Now())
		close(w.changed)
		w.changed = make(chan struct{})
		if first {
			first = false
			listed <- nil
		}
	}, func(open bool) {
		if ctx.Err() == nil {
			w.seeing(path, open)
		}
	})
	if err != nil && ctx.Err() == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = errors.Join(w.failed, fmt.Errorf("watch of %s ended: %w", path, err))
		listed <- w.failed
	}
}

func (w *Watcher) seeing(path string, open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.Stream(path, open, time.Now())
}

func (w *Watcher) clock(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			w.mu.Lock()
			w.ledger.Tick(now)
			w.mu.Unlock()
		}
	}
}

// Stop ends the watch; what was seen stays readable.
func (w *Watcher) Stop() {
	w.cancel()
	w.done.Wait()
}

// Expect declares the needed members of a gang whose pods do not say it.
func (w *Watcher) Expect(namespace, gang string, needed int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.Expect(namespace+"/"+gang, needed)
}

// Err is nil while every promise was kept and the watcher itself works.
func (w *Watcher) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.failed
	for _, violation := range w.ledger.Violations() {
		err = errors.Join(err, errors.New(violation))
	}
	return err
}

// Samples is the history of a gang.
func (w *Watcher) Samples(namespace, gang string) []Sample {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ledger.Samples(namespace + "/" + gang)
}

// Pods is the newest state of the pods of a namespace that match.
func (w *Watcher) Pods(namespace string, match func(*kube.Pod) bool) []kube.Pod {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []kube.Pod
	for _, pod := range w.ledger.Pods("") {
		if pod.Metadata.Namespace == namespace && match(pod) {
			found = append(found, *pod)
		}
	}
	return found
}

// Served is how many members of a gang are bound, and when the first and the last of them were seen so.
func (w *Watcher) Served(namespace, gang string) (served int, first, last time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ledger.Served(namespace + "/" + gang)
}

// Until waits until the condition holds on the watched state; it is judged again at each change.
func (w *Watcher) Until(ctx context.Context, limit time.Duration, condition func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %v", limit)
		case <-changed:
		}
	}
}
