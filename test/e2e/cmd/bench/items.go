package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// itemA: one gang of 512 × 8 GPUs on empty nodes.
func (b *bench) itemA(ctx context.Context, n int) error {
	gang := workload.Gang{Name: "a", Size: 512, GPUs: 8}
	for range b.rounds {
		for _, which := range b.sides {
			st, err := b.set(ctx, which, n, nil)
			if err != nil {
				return err
			}
			took, window, err := st.bindGang(ctx, gang, which.members(gang))
			if err == nil {
				b.results.add(fmt.Sprintf("A%d", n), which.name, took.Seconds())
				b.results.add(fmt.Sprintf("A%d window", n), which.name, window.Seconds())
				b.results.add(fmt.Sprintf("A%d cpu", n), which.name, st.cpu())
			}
			if err := errors.Join(err, st.strike(ctx)); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeInRack is work item B: how many nodes are free in each rack of each block.
var freeInRack = [][]int{
	{7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 2, 2, 1, 1, 1},
	{7, 6, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 3, 3, 3, 2},
	{7, 7, 6, 6, 6, 6, 5, 5, 4, 4, 4, 3, 3, 2, 1, 1},
	{10, 9, 8, 8, 8, 7, 7, 7, 6, 6, 5, 5, 3, 3, 2},
}

// takenInB says whether a node is full in work item B.
func takenInB(i int) bool {
	block, rack, host := i/(hostsPerRack*racksPerBlock), i/hostsPerRack%racksPerBlock, i%hostsPerRack
	// 1,000 nodes leave the last block with 14 and a half racks; its last rack has 8 nodes.
	return rack >= len(freeInRack[block]) || host >= freeInRack[block][rack]
}

// itemB: 64 × 8 GPUs in one block of a cluster that is 70 % full.
func (b *bench) itemB(ctx context.Context) error {
	const n = 1000
	gang := workload.Gang{Name: "b", Size: 64, GPUs: 8, Topology: "{required: block}"}
	for range b.rounds {
		st, err := b.set(ctx, sides[0], n, fillers(takenInB, n))
		if err != nil {
			return err
		}
		took, _, err := st.bindGang(ctx, gang, sides[0].members(gang))
		if err == nil {
			b.results.add("B", sides[0].name, took.Seconds())
			racks, blocks := map[string]bool{}, map[string]bool{}
			for _, pod := range st.watch.Pods(workload.Namespace, ofGang(gang.Name)) {
				i := 0
				_, _ = fmt.Sscanf(pod.Spec.NodeName, "n%d", &i)
				racks[fmt.Sprint(i/hostsPerRack)], blocks[fmt.Sprint(i/hostsPerRack/racksPerBlock)] = true, true
			}
			b.results.add("B racks", sides[0].name, float64(len(racks)))
			if len(blocks) != 1 {
				err = fmt.Errorf("the gang that must be in one block is in %d", len(blocks))
			}
		}
		if err := errors.Join(err, st.strike(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func ofGang(name string) func(*kube.Pod) bool {
	return func(pod *kube.Pod) bool { return pod.Metadata.Labels[workload.GangLabel] == name }
}

// itemC: 60 nodes are free and a gang needs 80; then 30 nodes become free.
func (b *bench) itemC(ctx context.Context) error {
	const n, free, more = 1000, 60, 30
	gang := workload.Gang{Name: "c", Size: 80, GPUs: 8}
	st, err := b.set(ctx, sides[0], n, fillers(func(i int) bool { return i >= free }, n))
	if err != nil {
		return err
	}
	err = st.pendingThenFreed(ctx, gang, func(ctx context.Context) error {
		for i := free; i < free+more; i++ {
			if err := b.plane.Admin.Delete(ctx, kube.PodPath(workload.Namespace, fmt.Sprintf("filler-%05d", i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, st.strike(ctx)); err != nil {
		return err
	}
	return b.idleStock(ctx, n)
}

// idleStock is the floor of item C: what a stock kube-scheduler uses when nothing at all is pending.
func (b *bench) idleStock(ctx context.Context, n int) error {
	stock := sides[2]
	st, err := b.set(ctx, stock, n, nil)
	if err != nil {
		return err
	}
	err = sleep(ctx, 5*time.Second)
	before := st.cpu()
	if err == nil {
		err = sleep(ctx, b.wait)
	}
	b.results.add("C cpu", stock.name, (st.cpu()-before)*time.Minute.Seconds()/b.wait.Seconds())
	return errors.Join(err, st.strike(ctx))
}

func (st *stage) pendingThenFreed(ctx context.Context, gang workload.Gang, release func(context.Context) error) error {
	pods := sides[0].members(gang)
	if err := workload.Create(ctx, st.b.plane.Admin, 32, pods...); err != nil {
		return err
	}
	created := time.Now()
	if _, err := st.pair.Refusal(ctx, time.Minute, workload.Namespace, gang.Name); err != nil {
		return err
	}
	st.b.results.add("C verdict", sides[0].name, time.Since(created).Seconds())
	if err := sleep(ctx, 2*time.Second); err != nil { // the verdict's own Events and conditions are not idle work
		return err
	}
	cpu, ours := st.cpu(), st.pair.Muster.CPUSeconds()
	writes, err := st.b.plane.PodWrites(ctx)
	if err != nil {
		return err
	}
	if err := sleep(ctx, st.b.wait); err != nil {
		return err
	}
	after, err := st.b.plane.PodWrites(ctx)
	if err != nil {
		return err
	}
	perMinute := time.Minute.Seconds() / st.b.wait.Seconds()
	st.b.results.add("C cpu", sides[0].name, (st.cpu()-cpu)*perMinute)
	st.b.results.add("C muster", sides[0].name, (st.pair.Muster.CPUSeconds()-ours)*perMinute)
	st.b.results.add("C writes", sides[0].name, float64(after-writes)*perMinute)
	if err := release(ctx); err != nil {
		return err
	}
	freed := time.Now()
	if err := st.untilServed(ctx, boundLimit, gang.Name, gang.Size); err != nil {
		return err
	}
	_, _, last := st.watch.Served(workload.Namespace, gang.Name)
	st.b.results.add("C freed", sides[0].name, last.Sub(freed).Seconds())
	return nil
}

// sleep lets the time of a measurement pass.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// itemD: 100 gangs of 8 × 1 GPU at once.
func (b *bench) itemD(ctx context.Context) error {
	const gangs, size, n = 100, 8, 1000
	for range b.rounds {
		for _, which := range b.sides {
			st, err := b.set(ctx, which, n, nil)
			if err != nil {
				return err
			}
			err = st.manyGangs(ctx, which, gangs, size)
			if err := errors.Join(err, st.strike(ctx)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *stage) manyGangs(ctx context.Context, which side, gangs, size int) error {
	var pods []kube.Pod
	name := func(g int) string { return fmt.Sprintf("d%03d", g) }
	for g := range gangs {
		pods = append(pods, which.members(workload.Gang{Name: name(g), Size: size, GPUs: 1})...)
	}
	started := time.Now()
	if err := workload.Create(ctx, st.b.plane.Admin, 32, pods...); err != nil {
		return err
	}
	var last time.Time
	var window time.Duration
	for g := range gangs {
		if err := st.untilServed(ctx, boundLimit, name(g), size); err != nil {
			return err
		}
		_, from, to := st.watch.Served(workload.Namespace, name(g))
		window = max(window, to.Sub(from))
		if to.After(last) {
			last = to
		}
	}
	st.b.results.add("D", which.name, float64(len(pods))/last.Sub(started).Seconds())
	st.b.results.add("D window", which.name, window.Seconds())
	return nil
}

// itemE: two gangs of 40 whose pods come interleaved, with room for 60; later the winner is deleted.
func (b *bench) itemE(ctx context.Context) error {
	const n, free = 1000, 60
	st, err := b.set(ctx, sides[0], n, fillers(func(i int) bool { return i >= free }, n))
	if err != nil {
		return err
	}
	return errors.Join(st.rivals(ctx), st.strike(ctx))
}

func (st *stage) rivals(ctx context.Context) error {
	one, two := workload.Gang{Name: "e1", Size: 40, GPUs: 8}, workload.Gang{Name: "e2", Size: 40, GPUs: 8}
	if err := workload.Create(ctx, st.b.plane.Admin, 32, workload.Interleave(one.Pods(0, one.Size), two.Pods(0, two.Size))...); err != nil {
		return err
	}
	created, cpu := time.Now(), st.cpu()
	served := func(g workload.Gang) int { n, _, _ := st.watch.Served(workload.Namespace, g.Name); return n }
	if err := st.watch.Until(ctx, boundLimit, func() bool { return served(one) == one.Size || served(two) == two.Size }); err != nil {
		return fmt.Errorf("no gang became whole: %w", err)
	}
	winner, loser := one, two
	if served(two) == two.Size {
		winner, loser = two, one
	}
	_, _, last := st.watch.Served(workload.Namespace, winner.Name)
	st.b.results.add("E winner", sides[0].name, last.Sub(created).Seconds())
	if err := sleep(ctx, st.b.wait); err != nil {
		return err
	}
	st.b.results.add("E cpu", sides[0].name, (st.cpu()-cpu)*time.Minute.Seconds()/st.b.wait.Seconds())
	st.b.results.note("E state", fmt.Sprintf("%d + %d", served(winner), served(loser)))
	for _, pod := range st.watch.Pods(workload.Namespace, ofGang(winner.Name)) {
		err := st.b.plane.Admin.Delete(ctx, kube.PodPath(workload.Namespace, pod.Metadata.Name))
		if err != nil && !strings.Contains(err.Error(), "404") {
			return err
		}
	}
	freed := time.Now()
	if err := st.untilServed(ctx, boundLimit, loser.Name, loser.Size); err != nil {
		return err
	}
	_, _, bound := st.watch.Served(workload.Namespace, loser.Name)
	st.b.results.add("E freed", sides[0].name, bound.Sub(freed).Seconds())
	return nil
}
