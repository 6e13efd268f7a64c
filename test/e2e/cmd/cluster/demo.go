package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/watcher"
	"muster.scheduler/test/e2e/internal/workload"
)

// sampleGang is a file for the user to apply.
func sampleGang() string {
	gang := workload.Gang{Name: "sample", Size: 3, GPUs: 8, Topology: "{required: rack}"}
	list := map[string]any{"apiVersion": "v1", "kind": "List", "items": gang.Pods(0, gang.Size)}
	data, err := json.MarshalIndent(list, "", "  ") // JSON is YAML
	if err != nil {
		return err.Error() // plain structs of strings always encode
	}
	return string(data) + "\n"
}

// act is one workload of the demo.
type act struct {
	gang workload.Gang
	fits bool
	what string
}

var acts = []act{
	{workload.Gang{Name: "llama", Size: 3, GPUs: 8, Topology: "{required: rack}"}, true, "3 × 8 GPUs in one rack"},
	{workload.Gang{Name: "mixtral", Size: 6, GPUs: 8, Topology: "{required: block}"}, true, "6 × 8 GPUs in one block"},
	{workload.Gang{Name: "too-big", Size: 6, GPUs: 8, Topology: "{required: rack}"}, false, "6 × 8 GPUs in one rack"},
}

// demo creates a few workloads one after the other and prints a table of what became of each.
func demo(ctx context.Context, plane *cluster.ControlPlane, pair *cluster.Pair) error {
	client, err := plane.Client()
	if err != nil {
		return err
	}
	watch, err := watcher.Start(ctx, client, watcher.DefaultLimits)
	if err != nil {
		return err
	}
	defer watch.Stop()
	fmt.Printf("%-10s %-24s %-10s %-22s %-34s %s\n", "gang", "asks for", "verdict", "where", "nodes or reason", "ms")
	for _, a := range acts {
		started := time.Now()
		if err := workload.Create(ctx, plane.Admin, 8, a.gang.Pods(0, a.gang.Size)...); err != nil {
			return err
		}
		verdict, where, detail := "bound", "", ""
		ofGang := func(pod *kube.Pod) bool {
			return pod.Metadata.Labels[workload.GangLabel] == a.gang.Name && pod.Spec.NodeName != ""
		}
		if a.fits {
			if err := watch.Until(ctx, 30*time.Second, func() bool { return len(watch.Pods(workload.Namespace, ofGang)) == a.gang.Size }); err != nil {
				return fmt.Errorf("gang %s is not bound: %w", a.gang.Name, err)
			}
			where, detail = places(watch.Pods(workload.Namespace, ofGang))
		} else {
			status, err := pair.Refusal(ctx, 30*time.Second, workload.Namespace, a.gang.Name)
			if err != nil {
				return err
			}
			verdict, detail = "refused", status.Reason.String()
		}
		fmt.Printf("%-10s %-24s %-10s %-22s %-34s %d\n", a.gang.Name, a.what, verdict, where, detail, time.Since(started).Milliseconds())
	}
	single := workload.Plain("notebook", 1, "1")
	started := time.Now()
	if err := workload.Create(ctx, plane.Admin, 1, single); err != nil {
		return err
	}
	bound := func(pod *kube.Pod) bool { return pod.Metadata.Name == "notebook" && pod.Spec.NodeName != "" }
	if err := watch.Until(ctx, 30*time.Second, func() bool { return len(watch.Pods(workload.Namespace, bound)) == 1 }); err != nil {
		return fmt.Errorf("the pod of no gang is not bound: %w", err)
	}
	where, detail := places(watch.Pods(workload.Namespace, bound))
	fmt.Printf("%-10s %-24s %-10s %-22s %-34s %d\n\n", "(none)", "1 pod with 1 GPU", "bound", where, detail, time.Since(started).Milliseconds())
	return watch.Err()
}

// places names the racks and the nodes of pods.
func places(pods []kube.Pod) (racks, nodes string) {
	byRack := map[string][]string{}
	for _, pod := range pods {
		rack, host, _ := strings.Cut(pod.Spec.NodeName, "-h")
		byRack[rack] = append(byRack[rack], host)
	}
	names := slices.Sorted(maps.Keys(byRack))
	var parts []string
	for _, rack := range names {
		slices.Sort(byRack[rack])
		parts = append(parts, rack+": h"+strings.Join(byRack[rack], " h"))
	}
	return strings.Join(names, " "), strings.Join(parts, "; ")
}
