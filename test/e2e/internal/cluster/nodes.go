package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// The labels by which the fake nodes tell where they stand, coarse to fine; the host is kubernetes.io/hostname.
const (
	BlockLabel = "topology.muster.scheduler/block"
	RackLabel  = "topology.muster.scheduler/rack"
)

// Fabric describes fake nodes: so many blocks of so many racks of so many hosts.
type Fabric struct {
	Blocks, Racks, Hosts int
	GPUs                 int // per host; 8 by default
}

// Nodes makes the nodes of a fabric. Names tell the place: b0-r1-h02.
func (f Fabric) Nodes() []kube.Node {
	gpus := f.GPUs
	if gpus == 0 {
		gpus = 8
	}
	var nodes []kube.Node
	for b := range f.Blocks {
		for r := range f.Racks {
			for h := range f.Hosts {
				nodes = append(nodes, NewNode(fmt.Sprintf("b%d-r%d-h%02d", b, r, h), fmt.Sprintf("b%d", b), fmt.Sprintf("b%d-r%d", b, r), gpus))
			}
		}
	}
	return nodes
}

// NewNode makes a node that is ready and empty.
func NewNode(name, block, rack string, gpus int) kube.Node {
	offer := map[string]string{"cpu": "128", "memory": "1Ti", "pods": "110", kube.GPUResource: fmt.Sprint(gpus)}
	return kube.Node{APIVersion: "v1", Kind: "Node",
		Metadata: kube.Meta{Name: name, Labels: map[string]string{"kubernetes.io/hostname": name, BlockLabel: block, RackLabel: rack}},
		Status: kube.NodeStatus{Capacity: offer, Allocatable: offer,
			Conditions: []kube.Condition{{Type: "Ready", Status: "True", Reason: "FakeNode"}}},
	}
}

// CreateNodes creates nodes, one POST each.
func (cp *ControlPlane) CreateNodes(ctx context.Context, nodes []kube.Node) error {
	return Parallel(32, len(nodes), func(i int) error { return cp.Admin.Post(ctx, "/api/v1/nodes", nodes[i], nil) })
}

// Parallel calls f for 0…n-1 from so many goroutines and joins the errors.
func Parallel(workers, n int, f func(i int) error) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var failures error
	next := make(chan int)
	for range min(workers, n) {
		group.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					mu.Lock()
					failures = errors.Join(failures, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
	return failures
}

// testNamespaces are those in which cases create objects.
var testNamespaces = []string{"default"}

// Clean deletes all pods, claims, jobs, events and nodes of the cases, and waits until pods and nodes are gone.
func (cp *ControlPlane) Clean(ctx context.Context) error {
	for _, namespace := range testNamespaces {
		for _, path := range []string{"/apis/batch/v1/namespaces/%s/jobs", "/api/v1/namespaces/%s/pods",
			"/api/v1/namespaces/%s/persistentvolumeclaims", "/api/v1/namespaces/%s/events"} {
			if err := cp.Admin.Delete(ctx, fmt.Sprintf(path, namespace)); err != nil {
				return err
			}
		}
	}
	if err := cp.waitEmpty(ctx, kube.PodPath("default", "")); err != nil {
		return err
	}
	if err := cp.Admin.Delete(ctx, "/api/v1/nodes"); err != nil {
		return err
	}
	return cp.waitEmpty(ctx, "/api/v1/nodes")
}

func (cp *ControlPlane) waitEmpty(ctx context.Context, path string) error {
	return poll(ctx, 30*time.Second, path+" empty", func(ctx context.Context) error {
		list, err := kube.ListAll[struct{}](ctx, cp.Admin, path)
		if err == nil && len(list.Items) > 0 {
			err = fmt.Errorf("%d left", len(list.Items))
			// A pod that was bound between list and delete of the collection is deleted in the next round.
			return errors.Join(err, cp.Admin.Delete(ctx, path))
		}
		return err
	})
}
