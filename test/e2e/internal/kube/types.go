// Package kube is a small client of the Kubernetes API: the few objects that the tests need, as JSON over net/http.
package kube

import (
	"strconv"
	"strings"
)

// Meta is the part of ObjectMeta that the tests read or write.
type Meta struct {
	Name              string            `json:"name,omitempty"`
	Namespace         string            `json:"namespace,omitempty"`
	UID               string            `json:"uid,omitempty"`
	ResourceVersion   string            `json:"resourceVersion,omitempty"`
	CreationTimestamp string            `json:"creationTimestamp,omitempty"`
	DeletionTimestamp string            `json:"deletionTimestamp,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	OwnerReferences   []OwnerReference  `json:"ownerReferences,omitempty"`
}

// OwnerReference names the controller of an object.
type OwnerReference struct {
	APIVersion         string `json:"apiVersion"`
	Kind               string `json:"kind"`
	Name               string `json:"name"`
	UID                string `json:"uid"`
	Controller         bool   `json:"controller"`
	BlockOwnerDeletion bool   `json:"blockOwnerDeletion"`
}

// Pod is a pod as far as scheduling is concerned.
type Pod struct {
	APIVersion string    `json:"apiVersion,omitempty"`
	Kind       string    `json:"kind,omitempty"`
	Metadata   Meta      `json:"metadata"`
	Spec       PodSpec   `json:"spec"`
	Status     PodStatus `json:"status,omitzero"`
}

// PodSpec holds what decides where a pod may go.
type PodSpec struct {
	SchedulerName     string            `json:"schedulerName,omitempty"`
	NodeName          string            `json:"nodeName,omitempty"`
	NodeSelector      map[string]string `json:"nodeSelector,omitempty"`
	SchedulingGates   []Gate            `json:"schedulingGates,omitempty"`
	PriorityClassName string            `json:"priorityClassName,omitempty"`
	RestartPolicy     string            `json:"restartPolicy,omitempty"`
	Containers        []Container       `json:"containers"`
	Volumes           []Volume          `json:"volumes,omitempty"`
}

// Gate is a scheduling gate.
type Gate struct {
	Name string `json:"name"`
}

// Container is one container with its requests.
type Container struct {
	Name      string    `json:"name"`
	Image     string    `json:"image"`
	Resources Resources `json:"resources,omitzero"`
}

// Resources are requests and limits; GPUs need both.
type Resources struct {
	Requests map[string]string `json:"requests,omitempty"`
	Limits   map[string]string `json:"limits,omitempty"`
}

// Volume is a volume taken from a claim.
type Volume struct {
	Name                  string       `json:"name"`
	PersistentVolumeClaim *ClaimSource `json:"persistentVolumeClaim,omitempty"`
}

// ClaimSource names a PersistentVolumeClaim.
type ClaimSource struct {
	ClaimName string `json:"claimName"`
}

// PodStatus is the part of the status that the tests read.
type PodStatus struct {
	Phase             string      `json:"phase,omitempty"`
	NominatedNodeName string      `json:"nominatedNodeName,omitempty"`
	Conditions        []Condition `json:"conditions,omitempty"`
}

// Condition is a condition of a pod or node.
type Condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// Node is a node with what it offers.
type Node struct {
	APIVersion string     `json:"apiVersion,omitempty"`
	Kind       string     `json:"kind,omitempty"`
	Metadata   Meta       `json:"metadata"`
	Status     NodeStatus `json:"status"`
}

// NodeStatus is kept by the API server when a node is created, so a fake node needs one POST.
type NodeStatus struct {
	Capacity    map[string]string `json:"capacity,omitempty"`
	Allocatable map[string]string `json:"allocatable,omitempty"`
	Conditions  []Condition       `json:"conditions,omitempty"`
}

// Event is an event about an object, of the core or the events.k8s.io group.
type Event struct {
	Metadata       Meta      `json:"metadata"`
	Reason         string    `json:"reason"`
	Message        string    `json:"message"`
	Type           string    `json:"type"`
	InvolvedObject ObjectRef `json:"involvedObject"`
	Source         struct {
		Component string `json:"component"`
	} `json:"source"`
	ReportingComponent string `json:"reportingComponent"`
}

// ObjectRef names the object that an event is about.
type ObjectRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// GPUResource is the extended resource that the fake nodes offer.
const GPUResource = "nvidia.com/gpu"

// GPUs is the number of GPUs that the pod's containers request.
func (p *Pod) GPUs() int {
	sum := 0
	for _, c := range p.Spec.Containers {
		sum += count(c.Resources.Requests[GPUResource])
	}
	return sum
}

// Gated says whether a gate of that name is left on the pod.
func (p *Pod) Gated(name string) bool {
	for _, g := range p.Spec.SchedulingGates {
		if g.Name == name {
			return true
		}
	}
	return false
}

// Terminating says whether the pod is being deleted: it keeps its space, but is no member of a gang any more.
func (p *Pod) Terminating() bool { return p.Metadata.DeletionTimestamp != "" }

// Condition returns the condition of that type, or an empty one.
func (p *Pod) Condition(kind string) Condition {
	for _, c := range p.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return Condition{}
}

// GPUs is the number of GPUs that the node can give to pods.
func (n *Node) GPUs() int { return count(n.Status.Allocatable[GPUResource]) }

// count reads a whole number; extended resources are always whole, and an absent one is none.
func count(quantity string) int {
	n, err := strconv.Atoi(strings.TrimSpace(quantity))
	if err != nil {
		return 0
	}
	return n
}
