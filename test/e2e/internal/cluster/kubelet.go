package cluster

import (
	"context"

	"muster.scheduler/test/e2e/internal/kube"
)

// PlayKubelet does the one thing of a kubelet that the cases need: a bound pod that is being deleted gracefully goes away only when the
// kubelet has confirmed it, and there is no kubelet on a fake node. It ends with ctx.
func (cp *ControlPlane) PlayKubelet(ctx context.Context) error {
	client, err := cp.Client()
	if err != nil {
		return err
	}
	confirm := func(pod kube.Pod) {
		if pod.Spec.NodeName == "" || !pod.Terminating() {
			return
		}
		options := map[string]any{"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0,
			"preconditions": map[string]string{"uid": pod.Metadata.UID}}
		path := kube.PodPath(pod.Metadata.Namespace, pod.Metadata.Name)
		_ = client.Do(ctx, "DELETE", path, "application/json", options, nil) // gone already, or another pod: nothing to confirm
	}
	go func() {
		_ = kube.Watch(ctx, client, "/api/v1/pods", func(change kube.Change[kube.Pod]) {
			for _, pod := range change.Items {
				confirm(pod)
			}
			if !change.Reset && !change.Deleted {
				confirm(change.Object)
			}
		}, func(bool) {})
	}()
	return nil
}
