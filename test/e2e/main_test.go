// Package e2e tests Muster against the real kube-apiserver, kube-scheduler and etcd. See README.md.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"muster.scheduler/test/e2e/internal/cluster"
)

// plane is the control plane that all cases of one run share; each case finds it empty.
var plane *cluster.ControlPlane

// shipped is the configuration that the applied manifests hold.
var shipped cluster.Shipped

// deployBase are the shipped manifests.
var deployBase = filepath.Join("..", "..", "deploy", "base")

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir, err := os.MkdirTemp("", "muster-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if code == 0 {
			_ = os.RemoveAll(dir)
		} else {
			fmt.Fprintln(os.Stderr, "logs and configurations are kept in", dir)
		}
	}()
	if err := startPlane(ctx, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer plane.Stop()
	code = m.Run()
	if err := plane.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

func startPlane(ctx context.Context, dir string) error {
	binaries, err := cluster.Binaries(ctx, ".")
	if err != nil {
		return err
	}
	plane, err = cluster.StartControlPlane(ctx, cluster.Options{Dir: dir, Binaries: binaries, Audit: true})
	if err != nil {
		return err
	}
	if shipped, err = plane.Apply(ctx, deployBase); err == nil {
		err = plane.PlayKubelet(ctx)
	}
	if err != nil {
		plane.Stop()
	}
	return err
}

// musterBinary is the program under test.
func musterBinary() (string, error) {
	path := os.Getenv("MUSTER_BIN")
	if path == "" {
		path = filepath.Join("..", "..", "build", "release", "cli", "muster")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", errors.New("no muster to test: build it, or name it in MUSTER_BIN (" + path + ")")
	}
	return path, nil
}
