package cluster

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
)

// ControlPlane is a running etcd and kube-apiserver.
type ControlPlane struct {
	Dir        string // logs, keys, kubeconfigs, etcd's data
	Binaries   string // folder of kube-apiserver, kube-scheduler, kubectl, etcd
	URL        string
	CA         []byte
	Admin      *kube.Client
	adminToken string
	Etcd, API  *Process
	audit      bool
}

// Options say how a control plane is started.
type Options struct {
	Dir      string
	Binaries string
	Audit    bool // write an audit log of what the service accounts write
}

// auditPolicy records each write of the shipped service account, with its token's id, and nothing else.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  users: ["system:serviceaccount:kube-system:muster-scheduler"]
  verbs: [create, update, patch, delete, deletecollection]
- level: None
`

// Binaries is the folder of kube-apiserver and the others: build_binaries.sh, in the folder of this module, says where it is, and builds
// what is missing.
func Binaries(ctx context.Context, module string) (string, error) {
	script, err := filepath.Abs(filepath.Join(module, "build_binaries.sh"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, script)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build_binaries.sh: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], nil
}

// StartControlPlane starts etcd and kube-apiserver and waits until the API is ready. Ports can be taken by others between being chosen
// and being used, so it tries a few times.
func StartControlPlane(ctx context.Context, options Options) (*ControlPlane, error) {
	var failures error
	for range 3 {
		cp, err := startOnce(ctx, options)
		if err == nil {
			return cp, nil
		}
		failures = errors.Join(failures, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failures
}

func startOnce(ctx context.Context, options Options) (cp *ControlPlane, err error) {
	dir, err := os.MkdirTemp(options.Dir, "control-plane-")
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(3)
	if err != nil {
		return nil, err
	}
	cp = &ControlPlane{Dir: dir, Binaries: options.Binaries, URL: fmt.Sprintf("https://127.0.0.1:%d", ports[2]), audit: options.Audit}
	defer func() {
		if err != nil {
			cp.Stop()
		}
	}()
	if err := cp.startEtcd(ctx, ports[0], ports[1]); err != nil {
		return nil, err
	}
	if err := cp.startAPI(ctx, ports[0], ports[2]); err != nil {
		return nil, err
	}
	return cp, cp.waitNamespaces(ctx)
}

func (cp *ControlPlane) startEtcd(ctx context.Context, client, peer int) error {
	clientURL, peerURL := fmt.Sprintf("http://127.0.0.1:%d", client), fmt.Sprintf("http://127.0.0.1:%d", peer)
	var err error
	cp.Etcd, err = Start(Spec{Name: "etcd", Path: filepath.Join(cp.Binaries, "etcd"), Dir: cp.Dir, Args: []string{
		"--data-dir=" + filepath.Join(cp.Dir, "etcd"), "--listen-client-urls=" + clientURL, "--advertise-client-urls=" + clientURL,
		"--listen-peer-urls=" + peerURL, "--initial-advertise-peer-urls=" + peerURL, "--initial-cluster=default=" + peerURL,
		"--unsafe-no-fsync", "--log-level=warn"}})
	if err != nil {
		return err
	}
	return waitHealthy(ctx, cp.Etcd, clientURL+"/health", 30*time.Second)
}

func (cp *ControlPlane) startAPI(ctx context.Context, etcd, port int) error {
	if err := cp.writeSecrets(); err != nil {
		return err
	}
	file := func(name string) string { return filepath.Join(cp.Dir, name) }
	args := []string{
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", etcd), "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", port),
		"--cert-dir=" + file("certs"), "--token-auth-file=" + file("tokens.csv"), "--authorization-mode=RBAC",
		"--service-account-issuer=https://muster.test", "--service-account-key-file=" + file("sa.key"),
		"--service-account-signing-key-file=" + file("sa.key"), "--service-cluster-ip-range=10.0.0.0/24",
		// These two would demand a service account for each pod, and taint new nodes as not ready until a controller looks at them.
		"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
		"--enable-priority-and-fairness=false", "--max-requests-inflight=3000", "--max-mutating-requests-inflight=3000",
	}
	if cp.audit {
		if err := os.WriteFile(file("audit-policy.yaml"), []byte(auditPolicy), 0o644); err != nil {
			return err
		}
		args = append(args, "--audit-policy-file="+file("audit-policy.yaml"), "--audit-log-path="+cp.auditLog(),
			"--audit-log-mode=blocking") // a request is answered only after its line is written
	}
	var err error
	cp.API, err = Start(Spec{Name: "kube-apiserver", Path: filepath.Join(cp.Binaries, "kube-apiserver"), Dir: cp.Dir, Args: args})
	if err != nil {
		return err
	}
	if err := waitHealthy(ctx, cp.API, cp.URL+"/readyz", 60*time.Second); err != nil {
		return err
	}
	if cp.CA, err = os.ReadFile(file("certs/apiserver.crt")); err != nil {
		return err
	}
	cp.Admin, err = kube.NewClient(cp.URL, cp.adminToken, cp.CA)
	return err
}

// writeSecrets makes the administrator's token and the key that signs service account tokens.
func (cp *ControlPlane) writeSecrets() error {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	cp.adminToken = hex.EncodeToString(random)
	line := fmt.Sprintf("%s,admin,admin,\"system:masters\"\n", cp.adminToken)
	if err := os.WriteFile(filepath.Join(cp.Dir, "tokens.csv"), []byte(line), 0o600); err != nil {
		return err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(filepath.Join(cp.Dir, "sa.key"), pem.EncodeToMemory(block), 0o600)
}

// waitNamespaces waits for what the API server itself creates after it is ready: the namespaces and the two system priority classes.
func (cp *ControlPlane) waitNamespaces(ctx context.Context) error {
	for _, path := range []string{"/api/v1/namespaces/default", "/api/v1/namespaces/kube-system",
		"/apis/scheduling.k8s.io/v1/priorityclasses/system-cluster-critical",
		"/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles/extension-apiserver-authentication-reader"} {
		err := poll(ctx, 30*time.Second, path, func(ctx context.Context) error { return cp.Admin.Get(ctx, path, nil) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Client makes an administrator's client with connections of its own.
func (cp *ControlPlane) Client() (*kube.Client, error) {
	return kube.NewClient(cp.URL, cp.adminToken, cp.CA)
}

// Stop ends both processes; files stay.
func (cp *ControlPlane) Stop() {
	for _, p := range []*Process{cp.API, cp.Etcd} {
		if p != nil {
			p.Kill() // nothing is kept, so there is nothing to close in order
		}
	}
}

// Err says whether a process ended by itself.
func (cp *ControlPlane) Err() error { return errors.Join(cp.Etcd.Err(), cp.API.Err()) }

func (cp *ControlPlane) auditLog() string { return filepath.Join(cp.Dir, "audit.log") }

// Writes reads the audit log: the verbs and paths that the holder of the token with that id has written.
func (cp *ControlPlane) Writes(tokenID string) ([]Write, error) {
	data, err := os.ReadFile(cp.auditLog())
	if err != nil {
		return nil, err
	}
	var writes []Write
	for line := range strings.Lines(string(data)) {
		if !strings.HasSuffix(line, "\n") {
			break // being written
		}
		write, err := parseWrite([]byte(line))
		if err != nil {
			return nil, err
		}
		if write.TokenID == tokenID {
			writes = append(writes, write)
		}
	}
	return writes, nil
}
