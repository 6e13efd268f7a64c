// Command bench measures Muster end to end on the real kube-scheduler: work items A to E (README.md of bench/e2e), beside the stock
// kube-scheduler that binds as many plain pods, in one run on one machine. It prints one table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
)

// raised is the client limit of kube-scheduler in the rows that are compared with the peers' figures.
const raised = 5000

type bench struct {
	plane   *cluster.ControlPlane
	shipped cluster.Shipped
	muster  string
	rounds  int
	wait    time.Duration // how long C and E leave a gang pending
	sides   []side
	results results
}

// choose keeps the named sides for A and D.
func (b *bench) choose(names string) error {
	b.sides = sides
	if names == "" {
		return nil
	}
	b.sides = nil
	for _, name := range strings.Split(names, ";") {
		i := slices.IndexFunc(sides, func(s side) bool { return s.name == strings.TrimSpace(name) })
		if i < 0 {
			return fmt.Errorf("no side %q", name)
		}
		b.sides = append(b.sides, sides[i])
	}
	return nil
}

func main() {
	muster := flag.String("muster", os.Getenv("MUSTER_BIN"), "the muster binary (default: $MUSTER_BIN)")
	module := flag.String("module", ".", "the folder test/e2e")
	items := flag.String("items", "A,B,C,D,E", "work items to run")
	only := flag.String("sides", "", "measure A and D only for these sides, separated by ; (default: all)")
	rounds := flag.Int("rounds", 3, "runs of A, B and D, of which the median is shown")
	wait := flag.Duration("wait", time.Minute, "how long C and E leave a gang pending")
	big := flag.Int("nodes", 5000, "the larger of the two cluster sizes of A")
	output := flag.String("o", "", "also write the table to this file")
	dir := flag.String("dir", ".", "the folder that a relative -o is meant in")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bench{muster: *muster, rounds: *rounds, wait: *wait, results: results{}}
	if err := b.choose(*only); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	err := b.run(ctx, *module, strings.Split(*items, ","), *big)
	table := b.results.table(*big)
	fmt.Print(table)
	if *output != "" {
		if !filepath.IsAbs(*output) {
			*output = filepath.Join(*dir, *output)
		}
		err = errors.Join(err, os.WriteFile(*output, []byte(table), 0o644))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, module string, items []string, big int) (err error) {
	if b.muster == "" {
		return errors.New("name the muster binary: --muster BIN")
	}
	if b.muster, err = filepath.Abs(b.muster); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "muster-bench-")
	if err != nil {
		return err
	}
	binaries, err := cluster.Binaries(ctx, module)
	if err != nil {
		return err
	}
	// No audit log: its line per write is work that no peer had.
	if b.plane, err = cluster.StartControlPlane(ctx, cluster.Options{Dir: dir, Binaries: binaries}); err != nil {
		return err
	}
	defer b.plane.Stop()
	if b.shipped, err = b.plane.Apply(ctx, filepath.Join(module, "..", "..", "deploy", "base")); err != nil {
		return err
	}
	run := map[string]func(context.Context) error{
		"A": func(ctx context.Context) error { return errors.Join(b.itemA(ctx, 1000), b.itemA(ctx, big)) },
		"B": b.itemB, "C": b.itemC, "D": b.itemD, "E": b.itemE,
	}
	for _, item := range items {
		f := run[item]
		if f == nil {
			return fmt.Errorf("no work item %q", item)
		}
		fmt.Fprintln(os.Stderr, "work item", item)
		if err := f(ctx); err != nil {
			// The other items are still worth having.
			fmt.Fprintf(os.Stderr, "work item %s: %v\n", item, err)
			b.results.fail(item, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(b.results["failed"]) > 0 {
		return fmt.Errorf("some work items failed; logs are kept in %s", dir)
	}
	return os.RemoveAll(dir)
}
