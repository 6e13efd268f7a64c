package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// Shipped is the configuration that the cluster holds after the shipped manifests were applied.
type Shipped struct {
	Scheduler string // KubeSchedulerConfiguration
	Muster    string // MusterConfiguration
}

// GateName is the scheduling gate of Muster.
const GateName = "muster.scheduler/gang"

const gatePolicyBinding = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings"

// Kubectl runs kubectl as administrator and returns what it printed.
func (cp *ControlPlane) Kubectl(ctx context.Context, args ...string) (string, error) {
	kubeconfig, err := cp.AdminKubeconfig()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(cp.Binaries, "kubectl"), args...)
	// Nothing of the user's own configuration or cache may be read or written.
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "HOME="+cp.Dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	if stderr.Len() > 0 {
		// A warning of the API server (a deprecated or unknown field) is a defect of the manifest.
		return stdout.String(), fmt.Errorf("kubectl %s warns: %s", strings.Join(args, " "), stderr.String())
	}
	return stdout.String(), nil
}

// Apply applies the shipped manifests, strictly, and returns the configuration that they hold once the admission policy acts.
func (cp *ControlPlane) Apply(ctx context.Context, deploy string) (Shipped, error) {
	if _, err := cp.Kubectl(ctx, "apply", "--validate=strict", "-k", deploy); err != nil {
		return Shipped{}, err
	}
	if err := cp.WaitGatePolicy(ctx, true); err != nil {
		return Shipped{}, err
	}
	return cp.readShipped(ctx)
}

// readShipped goes the way that the kubelet goes: from the Deployment to the ConfigMap that its pods mount.
func (cp *ControlPlane) readShipped(ctx context.Context) (Shipped, error) {
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Volumes []struct {
						Name      string
						ConfigMap struct{ Name string }
					}
				}
			}
		}
	}
	if err := cp.Admin.Get(ctx, "/apis/apps/v1/namespaces/kube-system/deployments/muster-scheduler", &deployment); err != nil {
		return Shipped{}, err
	}
	for _, volume := range deployment.Spec.Template.Spec.Volumes {
		if volume.ConfigMap.Name == "" {
			continue
		}
		var configMap struct{ Data map[string]string }
		if err := cp.Admin.Get(ctx, "/api/v1/namespaces/kube-system/configmaps/"+volume.ConfigMap.Name, &configMap); err != nil {
			return Shipped{}, err
		}
		shipped := Shipped{Scheduler: configMap.Data["kube-scheduler.yaml"], Muster: configMap.Data["muster.yaml"]}
		if shipped.Scheduler == "" || shipped.Muster == "" {
			return Shipped{}, fmt.Errorf("config map %s lacks kube-scheduler.yaml or muster.yaml", volume.ConfigMap.Name)
		}
		return shipped, nil
	}
	return Shipped{}, errors.New("the shipped Deployment mounts no config map")
}

// WaitGatePolicy waits until new members of gangs get Muster's gate, or no longer get it. The API server takes about a second to act on
// a policy that was created or deleted; a dry run shows whether it does.
func (cp *ControlPlane) WaitGatePolicy(ctx context.Context, wanted bool) error {
	probe := kube.Pod{APIVersion: "v1", Kind: "Pod", Metadata: kube.Meta{Name: "probe", Labels: map[string]string{GateName: "probe"}}}
	probe.Spec = kube.PodSpec{SchedulerName: "muster", Containers: []kube.Container{{Name: "c", Image: "none"}}}
	return poll(ctx, 30*time.Second, "the policy that adds the gate", func(ctx context.Context) error {
		var made kube.Pod
		if err := cp.Admin.Post(ctx, kube.PodPath("default", "")+"?dryRun=All", probe, &made); err != nil {
			return err
		}
		if made.Gated(GateName) != wanted {
			return fmt.Errorf("a new member gets the gate: %v, wanted: %v", !wanted, wanted)
		}
		return nil
	})
}

// WithoutGatePolicy takes the shipped admission policy out of force, as in a cluster where it was not installed, until restore is called.
func (cp *ControlPlane) WithoutGatePolicy(ctx context.Context) (restore func(context.Context) error, err error) {
	var binding map[string]any
	if err := cp.Admin.Get(ctx, gatePolicyBinding+"/muster-gang-gate", &binding); err != nil {
		return nil, err
	}
	if err := cp.Admin.Delete(ctx, gatePolicyBinding+"/muster-gang-gate"); err != nil {
		return nil, err
	}
	restore = func(ctx context.Context) error {
		if metadata, ok := binding["metadata"].(map[string]any); ok { // what the API server gave cannot be given back to it
			delete(metadata, "uid")
			delete(metadata, "resourceVersion")
		}
		if err := cp.Admin.Post(ctx, gatePolicyBinding, binding, nil); err != nil {
			return err
		}
		return cp.WaitGatePolicy(ctx, true)
	}
	if err := cp.WaitGatePolicy(ctx, false); err != nil {
		return nil, errors.Join(err, restore(ctx))
	}
	return restore, nil
}

// substitute replaces each key of pairs by its value. Each must occur exactly once: a shipped file that changed its addresses must not
// leave the test on a configuration that it believes to have changed.
func substitute(text string, pairs map[string]string) (string, error) {
	for from, to := range pairs {
		if n := strings.Count(text, from); n != 1 {
			return "", fmt.Errorf("%q occurs %d times in the shipped configuration, want once", from, n)
		}
		text = strings.Replace(text, from, to, 1)
	}
	return text, nil
}
