// Package workload makes the pods of the cases, as users write them.
package workload

import (
	"context"
	"fmt"
	"maps"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
)

// Namespace is where the cases work.
const Namespace = "default"

// The words by which a pod says that it belongs to a gang, and what it wishes.
const (
	GangLabel          = "muster.scheduler/gang"
	MembersAnnotation  = "muster.scheduler/members"
	TopologyAnnotation = "muster.scheduler/topology"
	PlanAnnotation     = "muster.scheduler/plan" // written by Muster
)

// SchedulerName is the scheduler of the shipped configuration.
const SchedulerName = "muster"

// Gang describes a gang of equal members.
type Gang struct {
	Name     string
	Size     int
	GPUs     int    // per member
	Topology string // the annotation; "" for no wish
	Silent   bool   // no annotation "members": the owner's parallelism decides
	Edit     func(index int, pod *kube.Pod)
}

// Pod makes one member.
func (g Gang) Pod(index int) kube.Pod {
	pod := Plain(fmt.Sprintf("%s-%d", g.Name, index), g.GPUs, "1")
	pod.Metadata.Labels = map[string]string{GangLabel: g.Name}
	pod.Metadata.Annotations = map[string]string{}
	if !g.Silent {
		pod.Metadata.Annotations[MembersAnnotation] = fmt.Sprint(g.Size)
	}
	if g.Topology != "" {
		pod.Metadata.Annotations[TopologyAnnotation] = g.Topology
	}
	if g.Edit != nil {
		g.Edit(index, &pod)
	}
	return pod
}

// Pods makes the members from…to-1.
func (g Gang) Pods(from, to int) []kube.Pod {
	var pods []kube.Pod
	for i := from; i < to; i++ {
		pods = append(pods, g.Pod(i))
	}
	return pods
}

// Plain makes a pod of no gang.
func Plain(name string, gpus int, cpu string) kube.Pod {
	requests := map[string]string{"cpu": cpu, "memory": "1Gi"}
	limits := map[string]string{}
	if gpus > 0 {
		requests[kube.GPUResource] = fmt.Sprint(gpus)
		limits[kube.GPUResource] = fmt.Sprint(gpus)
	}
	return kube.Pod{APIVersion: "v1", Kind: "Pod", Metadata: kube.Meta{Name: name, Namespace: Namespace},
		Spec: kube.PodSpec{SchedulerName: SchedulerName, Containers: []kube.Container{
			{Name: "main", Image: "none", Resources: kube.Resources{Requests: requests, Limits: limits}}}}}
}

// Create creates pods, in order when workers is 1.
func Create(ctx context.Context, client *kube.Client, workers int, pods ...kube.Pod) error {
	return cluster.Parallel(workers, len(pods), func(i int) error {
		return client.Post(ctx, kube.PodPath(Namespace, ""), pods[i], nil)
	})
}

// Interleave mixes the pods of several gangs: the first of each, then the second of each, and so on.
func Interleave(groups ...[]kube.Pod) []kube.Pod {
	var mixed []kube.Pod
	for i := 0; ; i++ {
		added := false
		for _, group := range groups {
			if i < len(group) {
				mixed = append(mixed, group[i])
				added = true
			}
		}
		if !added {
			return mixed
		}
	}
}

// Job is a Job whose controller is played by the test: there is no controller-manager. It makes pods as Kubernetes' own controller does,
// with the label and annotations of the template, an owner reference that controls, and generated names.
type Job struct {
	Name string
	UID  string
	Gang Gang
	next int
}

// CreateJob creates a Job object, indexed or not does not matter here, with completions = parallelism = the gang's size.
func CreateJob(ctx context.Context, client *kube.Client, gang Gang) (*Job, error) {
	template := gang.Pod(0)
	object := map[string]any{"apiVersion": "batch/v1", "kind": "Job", "metadata": map[string]any{"name": gang.Name},
		"spec": map[string]any{"completions": gang.Size, "parallelism": gang.Size, "template": map[string]any{
			"metadata": map[string]any{"labels": template.Metadata.Labels, "annotations": template.Metadata.Annotations},
			"spec":     podSpecOfJob(template)}}}
	var made struct{ Metadata kube.Meta }
	if err := client.Post(ctx, "/apis/batch/v1/namespaces/"+Namespace+"/jobs", object, &made); err != nil {
		return nil, err
	}
	return &Job{Name: gang.Name, UID: made.Metadata.UID, Gang: gang}, nil
}

func podSpecOfJob(pod kube.Pod) kube.PodSpec {
	spec := pod.Spec
	spec.RestartPolicy = "Never"
	return spec
}

// NextPod makes the pod that the Job's controller would create next.
func (j *Job) NextPod() kube.Pod {
	pod := j.Gang.Pod(j.next)
	pod.Metadata.Name = fmt.Sprintf("%s-%05d", j.Name, j.next)
	j.next++
	labels := maps.Clone(pod.Metadata.Labels)
	labels["batch.kubernetes.io/job-name"], labels["batch.kubernetes.io/controller-uid"] = j.Name, j.UID
	labels["job-name"], labels["controller-uid"] = j.Name, j.UID
	pod.Metadata.Labels = labels
	pod.Metadata.OwnerReferences = []kube.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: j.Name, UID: j.UID,
		Controller: true, BlockOwnerDeletion: true}}
	pod.Spec = podSpecOfJob(pod)
	return pod
}
