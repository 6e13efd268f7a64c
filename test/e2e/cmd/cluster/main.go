// Command cluster starts a real control plane with fake nodes, kube-scheduler with the shipped configuration, and Muster, and leaves
// them running until it is interrupted. Run it in test/e2e: go run ./cmd/cluster --muster BIN
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
)

type options struct {
	muster, module string
	fabric         cluster.Fabric
	demo, once     bool
}

func main() {
	var o options
	flag.StringVar(&o.muster, "muster", os.Getenv("MUSTER_BIN"), "the muster binary (default: $MUSTER_BIN)")
	flag.StringVar(&o.module, "module", ".", "the folder test/e2e")
	flag.IntVar(&o.fabric.Blocks, "blocks", 2, "fake blocks")
	flag.IntVar(&o.fabric.Racks, "racks", 2, "fake racks per block")
	flag.IntVar(&o.fabric.Hosts, "hosts", 4, "fake nodes per rack, with 8 GPUs each")
	flag.BoolVar(&o.demo, "demo", true, "create some gangs and print what became of them")
	flag.BoolVar(&o.once, "once", false, "end as soon as all is ready (and the demo done), instead of waiting for Ctrl-C")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	if o.muster == "" {
		return errors.New("name the muster binary: --muster BIN")
	}
	if o.muster, err = filepath.Abs(o.muster); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "muster-cluster-")
	if err != nil {
		return err
	}
	fmt.Println("starting etcd, kube-apiserver, kube-scheduler and muster; logs in", dir)
	started := time.Now()
	binaries, err := cluster.Binaries(ctx, o.module)
	if err != nil {
		return err
	}
	plane, err := cluster.StartControlPlane(ctx, cluster.Options{Dir: dir, Binaries: binaries})
	if err != nil {
		return err
	}
	defer plane.Stop()
	pair, err := populate(ctx, plane, o)
	if err != nil {
		return err
	}
	fmt.Printf("ready after %.1f s: %d nodes\n\n", time.Since(started).Seconds(), o.fabric.Blocks*o.fabric.Racks*o.fabric.Hosts)
	if o.demo {
		if err := demo(ctx, plane, pair); err != nil {
			return errors.Join(err, pair.Stop())
		}
	}
	if err := printHelp(plane, pair); err != nil {
		return err
	}
	if !o.once {
		err = waitForEnd(ctx, plane, pair)
	}
	fmt.Println("\nstopping")
	err = errors.Join(err, pair.Stop())
	if err == nil {
		err = os.RemoveAll(dir) // kept when something went wrong
	}
	return err
}

// populate applies the shipped manifests, creates the nodes and starts the pair.
func populate(ctx context.Context, plane *cluster.ControlPlane, o options) (*cluster.Pair, error) {
	shipped, err := plane.Apply(ctx, filepath.Join(o.module, "..", "..", "deploy", "base"))
	if err != nil {
		return nil, err
	}
	if err := plane.PlayKubelet(ctx); err != nil {
		return nil, err
	}
	if err := plane.CreateNodes(ctx, o.fabric.Nodes()); err != nil {
		return nil, err
	}
	pair, err := plane.StartPair(ctx, shipped, cluster.PairOptions{Muster: o.muster, NoProxy: true})
	if err != nil {
		return nil, err
	}
	if err := pair.WaitLeading(ctx); err != nil {
		return nil, errors.Join(err, pair.Stop())
	}
	return pair, nil
}

// waitForEnd returns at Ctrl-C, or with an error when a process ends by itself.
func waitForEnd(ctx context.Context, plane *cluster.ControlPlane, pair *cluster.Pair) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := errors.Join(plane.Err(), pair.Err()); err != nil {
				return err
			}
		}
	}
}

// printHelp tells how to look around.
func printHelp(plane *cluster.ControlPlane, pair *cluster.Pair) error {
	kubeconfig, err := plane.AdminKubeconfig()
	if err != nil {
		return err
	}
	file := filepath.Join(plane.Dir, "gang.yaml")
	if err := os.WriteFile(file, []byte(sampleGang()), 0o644); err != nil {
		return err
	}
	kubectl := filepath.Join(plane.Binaries, "kubectl")
	fmt.Printf(`In another terminal:

  export KUBECONFIG=%s
  alias kubectl=%s

  kubectl get nodes -L %s,%s
  kubectl apply -f %s            # a gang of three pods that want one rack
  kubectl get pods -o wide -w                       # all of them get a node, or none
  kubectl get events --sort-by=.lastTimestamp
  kubectl delete pod --all --grace-period=0
  curl -s %s/v1/gangs                # what Muster itself says

Ctrl-C ends everything.
`, kubeconfig, kubectl, cluster.BlockLabel, cluster.RackLabel, file, pair.AdminURL())
	return nil
}
