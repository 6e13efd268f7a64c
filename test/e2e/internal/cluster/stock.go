package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// StockScheduler is the name under which the stock kube-scheduler of a measurement takes pods.
const StockScheduler = "stock"

// StartStock starts kube-scheduler as it comes, without Muster: the floor that a gang is compared with. qps 0 leaves its client limits.
func (cp *ControlPlane) StartStock(ctx context.Context, qps int) (*Process, error) {
	dir, err := os.MkdirTemp(cp.Dir, "stock-")
	if err != nil {
		return nil, err
	}
	kubeconfig, err := cp.AdminKubeconfig()
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nleaderElection: {resourceName: %s}\n"+
		"profiles: [{schedulerName: %s}]\nclientConnection:\n  kubeconfig: %s\n", filepath.Base(dir), StockScheduler, kubeconfig)
	if qps > 0 {
		config += fmt.Sprintf("  qps: %d\n  burst: %d\n", qps, qps)
	}
	file := filepath.Join(dir, "kube-scheduler.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	p, err := Start(Spec{Name: "kube-scheduler", Path: filepath.Join(cp.Binaries, "kube-scheduler"), Dir: dir, Args: []string{
		"--config=" + file, "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", ports[0])}})
	if err != nil {
		return nil, err
	}
	if err := waitHealthy(ctx, p, fmt.Sprintf("https://127.0.0.1:%d/readyz", ports[0]), startLimit); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}
