package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"muster.scheduler/test/e2e/internal/cluster"
	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// These tests prove what the cases stand on: the shipped manifests are accepted, the policy adds the gate, the service account may do
// what it needs and no more, and kube-scheduler runs with the shipped configuration. They need no Muster.

func TestControlPlaneManifestsAppliedTwiceChangeNothing(t *testing.T) {
	versions := func() string {
		out, err := plane.Kubectl(t.Context(), "get", "-k", deployBase, "-o",
			`jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}`)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := versions()
	if _, err := plane.Kubectl(t.Context(), "apply", "--validate=strict", "-k", deployBase); err != nil {
		t.Fatal(err)
	}
	if after := versions(); after != before || strings.Count(before, "\n") < 10 {
		t.Fatalf("applying again changes objects. Before:\n%s\nafter:\n%s", before, after)
	}
}

func TestControlPlaneStrictValidationIsReallyOn(t *testing.T) {
	file := t.TempDir() + "/bad.yaml"
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad, namespace: default}\nnoSuchField: 1\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := plane.Kubectl(t.Context(), "apply", "--validate=strict", "-f", file); err == nil || !strings.Contains(err.Error(), "noSuchField") {
		t.Fatalf("an unknown field must be refused by its name, got: %v", err)
	}
}

func TestControlPlaneGatePolicy(t *testing.T) {
	foreign := []kube.Gate{{Name: "kueue.x-k8s.io/admission"}}
	cases := []struct {
		name string
		edit func(*kube.Pod)
		want []string
	}{
		{"a member gets the gate", func(p *kube.Pod) {}, []string{cluster.GateName}},
		{"a member by annotation alone gets the gate", func(p *kube.Pod) { p.Metadata.Labels = nil }, []string{cluster.GateName}},
		{"a foreign gate stays", func(p *kube.Pod) { p.Spec.SchedulingGates = foreign }, []string{foreign[0].Name, cluster.GateName}},
		{"a gate that is there is not added again", func(p *kube.Pod) { p.Spec.SchedulingGates = []kube.Gate{{Name: cluster.GateName}} },
			[]string{cluster.GateName}},
		{"another scheduler's pod stays as it is", func(p *kube.Pod) { p.Spec.SchedulerName = "default-scheduler" }, nil},
		{"a pod of no gang stays as it is", func(p *kube.Pod) { p.Metadata.Labels, p.Metadata.Annotations = nil, nil }, nil},
		{"a pod that is bound already stays as it is", func(p *kube.Pod) { p.Spec.NodeName = "somewhere" }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pod := workload.Gang{Name: "gate", Size: 2, GPUs: 1}.Pod(0)
			c.edit(&pod)
			var made kube.Pod
			if err := plane.Admin.Post(t.Context(), kube.PodPath(workload.Namespace, "")+"?dryRun=All", pod, &made); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, gate := range made.Spec.SchedulingGates {
				got = append(got, gate.Name)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Fatalf("gates %q, want %q", got, c.want)
			}
		})
	}
}

func TestControlPlanePolicyCanBeTakenOutOfForce(t *testing.T) {
	restore, err := plane.WithoutGatePolicy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := restore(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// access is one question to the authorizer: verb, then resource with subresource and group, as "pods/status" or "leases.coordination.k8s.io".
type access struct {
	verb, resource, namespace, name string
	allowed                         bool
}

func rights() []access {
	var table []access
	add := func(allowed bool, resource, namespace, name string, verbs ...string) {
		for _, verb := range verbs {
			table = append(table, access{verb, resource, namespace, name, allowed})
		}
	}
	// What Muster does.
	add(true, "pods", "", "", "get", "list", "watch", "patch", "delete")
	add(true, "pods/status", "", "", "patch")
	add(true, "pods/binding", "", "", "create")
	add(true, "nodes", "", "", "get", "list", "watch")
	add(true, "jobs.batch", "", "", "get", "list", "watch")
	add(true, "events", "", "", "create", "patch")
	add(true, "events.events.k8s.io", "", "", "create", "patch")
	add(true, "leases.coordination.k8s.io", "kube-system", "muster-scheduler", "get", "list", "watch", "update")
	// What kube-scheduler needs besides.
	add(true, "leases.coordination.k8s.io", "kube-system", "", "create")
	add(true, "persistentvolumeclaims", "", "", "list", "watch", "update")
	add(true, "poddisruptionbudgets.policy", "", "", "list", "watch")
	add(true, "configmaps", "kube-system", "extension-apiserver-authentication", "get", "list", "watch")
	add(true, "tokenreviews.authentication.k8s.io", "", "", "create")
	// What neither may do.
	add(false, "pods", "", "", "create", "update", "deletecollection")
	add(false, "pods/exec", "", "", "create", "get")
	add(false, "pods/eviction", "", "", "create")
	add(false, "nodes", "", "", "create", "update", "patch", "delete")
	add(false, "nodes/status", "", "", "update", "patch")
	add(false, "secrets", "", "", "get", "list", "watch", "create")
	add(false, "configmaps", "", "", "get", "list", "create", "update")
	add(false, "configmaps", "kube-system", "", "get", "list", "update")
	add(false, "serviceaccounts/token", "kube-system", "muster-scheduler", "create")
	add(false, "jobs.batch", "", "", "create", "update", "patch", "delete")
	add(false, "events", "", "", "delete", "list")
	add(false, "leases.coordination.k8s.io", "kube-system", "some-controller", "get", "update", "delete")
	add(false, "leases.coordination.k8s.io", "kube-system", "muster-scheduler", "delete")
	add(false, "leases.coordination.k8s.io", "default", "muster-scheduler", "get", "update")
	add(false, "clusterroles.rbac.authorization.k8s.io", "", "", "get", "create", "update", "bind", "escalate")
	add(false, "mutatingadmissionpolicies.admissionregistration.k8s.io", "", "", "get", "create", "update", "delete")
	add(false, "*.*", "", "", "*")
	return table
}

func TestControlPlaneRightsOfTheServiceAccount(t *testing.T) {
	identity, err := plane.NewIdentity(t.Context(), "rights", plane.URL, plane.CA)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kube.NewClient(plane.URL, identity.Token, plane.CA)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rights() {
		resource, group, _ := strings.Cut(a.resource, ".")
		resource, subresource, _ := strings.Cut(resource, "/")
		review := map[string]any{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
			"spec": map[string]any{"resourceAttributes": map[string]string{"verb": a.verb, "group": group, "resource": resource,
				"subresource": subresource, "namespace": a.namespace, "name": a.name}}}
		var answer struct {
			Status struct {
				Allowed         bool
				EvaluationError string
			}
		}
		if err := client.Post(t.Context(), "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Status.Allowed != a.allowed || answer.Status.EvaluationError != "" {
			t.Errorf("%s %s in %q named %q: allowed %v, want %v %s", a.verb, a.resource, a.namespace, a.name, answer.Status.Allowed,
				a.allowed, answer.Status.EvaluationError)
		}
	}
}

func TestControlPlaneSchedulerRunsWithTheShippedConfiguration(t *testing.T) {
	emptyCluster(t)
	pair, err := plane.StartPair(t.Context(), shipped, cluster.PairOptions{Name: "scheduler-only"})
	if err != nil {
		t.Fatal(err)
	}
	defer pair.Kill()
	if err := pair.WaitLeading(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := plane.CreateNodes(t.Context(), cluster.Fabric{Blocks: 1, Racks: 1, Hosts: 2}.Nodes()); err != nil {
		t.Fatal(err)
	}
	// Without Muster no pod of this scheduler may be bound, and the pod must say why: the extender is not ignorable.
	if err := workload.Create(t.Context(), plane.Admin, 1, workload.Plain("alone", 1, "1")); err != nil {
		t.Fatal(err)
	}
	path := kube.PodPath(workload.Namespace, "alone")
	within(t, 20*time.Second, "the pod says that the extender failed", func(ctx context.Context) error {
		var pod kube.Pod
		if err := plane.Admin.Get(ctx, path, &pod); err != nil {
			return err
		}
		condition := pod.Condition("PodScheduled")
		if condition.Reason != "SchedulerError" || !strings.Contains(condition.Message, "filter") {
			return fmt.Errorf("condition %+v", condition)
		}
		return nil
	})
	filters := pair.Calls.Calls(callOf("filter", workload.Namespace+"/alone"))
	if len(filters) == 0 || filters[0].Status != 502 {
		t.Fatalf("the recording proxy must have seen the filter call fail, got %+v", filters)
	}
	for line := range strings.Lines(pair.Scheduler.LogTail(10_000)) {
		// What a missing right or a field that the configuration does not know looks like.
		if strings.Contains(line, "forbidden") || strings.Contains(line, "Unable to get configmap") || strings.Contains(line, "panic") {
			t.Errorf("kube-scheduler's log: %s", line)
		}
	}
	if err := pair.Stop(); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "the lease is given back", func(ctx context.Context) error {
		holder, err := plane.LeaseHolder(ctx)
		if err == nil && holder != "" {
			err = fmt.Errorf("still held by %s", holder)
		}
		return err
	})
}

func TestControlPlaneAuditLogTellsTokensApart(t *testing.T) {
	emptyCluster(t)
	if err := workload.Create(t.Context(), plane.Admin, 1, workload.Plain("written-to", 0, "1")); err != nil {
		t.Fatal(err)
	}
	one, err := plane.NewIdentity(t.Context(), "one", plane.URL, plane.CA)
	if err != nil {
		t.Fatal(err)
	}
	other, err := plane.NewIdentity(t.Context(), "other", plane.URL, plane.CA)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kube.NewClient(plane.URL, one.Token, plane.CA)
	if err != nil {
		t.Fatal(err)
	}
	patch := map[string]any{"metadata": map[string]any{"annotations": map[string]string{"muster.scheduler/test": "1"}}}
	if err := client.MergePatch(t.Context(), kube.PodPath(workload.Namespace, "written-to"), patch, nil); err != nil {
		t.Fatal(err)
	}
	writes, err := plane.Writes(one.ID)
	if err != nil || len(writes) != 1 || writes[0].Verb != "patch" || writes[0].Resource != "pods" || writes[0].Name != "written-to" {
		t.Fatalf("writes of the first token: %v %v", writes, err)
	}
	if writes, err := plane.Writes(other.ID); err != nil || len(writes) != 0 {
		t.Fatalf("writes of the other token: %v %v", writes, err)
	}
}
