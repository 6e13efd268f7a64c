package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/watcher"
	"muster.scheduler/test/e2e/internal/workload"
)

const (
	hostsPerRack  = 16
	racksPerBlock = 16
	boundLimit    = 3 * time.Minute
)

// stage is one measurement: nodes, a scheduler (with Muster or stock), the watcher.
type stage struct {
	b     *bench
	watch *watcher.Watcher
	pair  *cluster.Pair
	stock *cluster.Process
}

// side says which scheduler is measured, and with which client limits.
type side struct {
	name  string
	stock bool
	qps   int
}

var sides = []side{{"muster", false, raised}, {"muster, limits as shipped", false, 0}, {"stock", true, raised}, {"stock, limits as shipped", true, 0}}

// nodes makes n nodes in racks of 16 and blocks of 256.
func nodes(n int) []kube.Node {
	made := make([]kube.Node, n)
	for i := range n {
		rack := i / hostsPerRack
		block := rack / racksPerBlock
		made[i] = cluster.NewNode(fmt.Sprintf("n%05d", i), fmt.Sprintf("b%d", block), fmt.Sprintf("b%d-r%02d", block, rack%racksPerBlock), 8)
	}
	return made
}

// fillers are pods that take all GPUs of the nodes from…to-1 for which taken says so. They are created bound.
func fillers(taken func(i int) bool, n int) []kube.Pod {
	var pods []kube.Pod
	for i := range n {
		if taken(i) {
			pod := workload.Plain(fmt.Sprintf("filler-%05d", i), 8, "1")
			pod.Spec.NodeName = fmt.Sprintf("n%05d", i)
			pods = append(pods, pod)
		}
	}
	return pods
}

// set prepares the cluster and starts the scheduler of that side.
func (b *bench) set(ctx context.Context, which side, n int, filler []kube.Pod) (st *stage, err error) {
	st = &stage{b: b}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.strike(ctx))
		}
	}()
	if err := b.plane.Clean(ctx); err != nil {
		return nil, err
	}
	if err := b.plane.CreateNodes(ctx, nodes(n)); err != nil {
		return nil, err
	}
	if err := workload.Create(ctx, b.plane.Admin, 32, filler...); err != nil {
		return nil, err
	}
	client, err := b.plane.Client()
	if err != nil {
		return nil, err
	}
	// Only the table judges how long a gang was partly bound; over-full nodes stay a failure.
	if st.watch, err = watcher.Start(ctx, client, watcher.Limits{Partial: time.Hour, Blind: time.Hour}); err != nil {
		return nil, err
	}
	if which.stock {
		st.stock, err = b.plane.StartStock(ctx, which.qps)
		return st, err
	}
	if st.pair, err = b.plane.StartPair(ctx, b.shipped, cluster.PairOptions{Muster: b.muster, QPS: which.qps, NoProxy: true}); err != nil {
		return st, err
	}
	return st, st.pair.WaitLeading(ctx)
}

// strike ends the measurement; what the watcher saw broken is an error.
func (st *stage) strike(ctx context.Context) error {
	var err error
	if st.pair != nil {
		err = errors.Join(st.pair.Err(), st.pair.Stop())
	}
	if st.stock != nil {
		err = errors.Join(err, st.stock.Err(), st.stock.Terminate(10*time.Second))
	}
	if st.watch != nil {
		st.watch.Stop()
		err = errors.Join(err, st.watch.Err())
	}
	return errors.Join(err, st.b.plane.Clean(ctx))
}

// members makes the pods of a gang for that side: for stock they carry the label only so that the watcher counts them.
func (w side) members(gang workload.Gang) []kube.Pod {
	pods := gang.Pods(0, gang.Size)
	if w.stock {
		for i := range pods {
			pods[i].Spec.SchedulerName = cluster.StockScheduler
			pods[i].Metadata.Annotations = map[string]string{workload.MembersAnnotation: "1"}
		}
	}
	return pods
}

// bindGang creates the pods and waits until all are bound.
func (st *stage) bindGang(ctx context.Context, gang workload.Gang, pods []kube.Pod) (took, window time.Duration, err error) {
	if err := workload.Create(ctx, st.b.plane.Admin, 32, pods...); err != nil {
		return 0, 0, err
	}
	created := time.Now()
	if err := st.untilServed(ctx, boundLimit, gang.Name, gang.Size); err != nil {
		return 0, 0, err
	}
	_, first, last := st.watch.Served(workload.Namespace, gang.Name)
	return last.Sub(created), last.Sub(first), nil
}

func (st *stage) untilServed(ctx context.Context, limit time.Duration, gang string, n int) error {
	err := st.watch.Until(ctx, limit, func() bool { served, _, _ := st.watch.Served(workload.Namespace, gang); return served == n })
	if err != nil {
		served, _, _ := st.watch.Served(workload.Namespace, gang)
		return fmt.Errorf("%d of %d members of %s bound: %w", served, n, gang, err)
	}
	return nil
}

// cpu is the processor time of kube-scheduler and Muster so far.
func (st *stage) cpu() float64 {
	if st.stock != nil {
		return st.stock.CPUSeconds()
	}
	return st.pair.Scheduler.CPUSeconds() + st.pair.Muster.CPUSeconds()
}
