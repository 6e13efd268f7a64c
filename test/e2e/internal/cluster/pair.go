package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/proxy"
)

// PairOptions say how a pair of kube-scheduler and Muster is started.
type PairOptions struct {
	Name    string // of the logs; "pair" by default
	Muster  string // the binary; "" starts no Muster
	Host    string // a host name of its own, as two pods have; "" keeps the machine's
	QPS     int    // kube-scheduler's client limits; 0 leaves them as they ship
	Gate    bool   // put a gate between Muster and the API server, which can hold its writes
	NoProxy bool   // no recording proxy between kube-scheduler and Muster (measurements)
}

// Pair is a kube-scheduler and a Muster that talk to each other, as in one pod.
type Pair struct {
	cp                *ControlPlane
	options           PairOptions
	dir               string
	ports             []int // scheduling, binding, admin of Muster; the scheduler's own
	SchedulerIdentity Identity
	MusterIdentity    Identity
	Scheduler, Muster *Process
	Calls             *proxy.Recorder // the scheduler's calls to Muster; nil with NoProxy
	Gate              *proxy.Gate     // Muster's calls to the API server; nil without Gate
	musterConfig      string
	schedulerConfig   string
}

const (
	startLimit = 30 * time.Second
	stopLimit  = 20 * time.Second
)

// StartPair writes the configurations, exactly as they ship but for addresses, kubeconfig and the wanted client limits, and starts
// Muster first, as the native sidecar of a pod does.
func (cp *ControlPlane) StartPair(ctx context.Context, shipped Shipped, options PairOptions) (pair *Pair, err error) {
	if options.Name == "" {
		options.Name = "pair"
	}
	dir, err := os.MkdirTemp(cp.Dir, options.Name+"-")
	if err != nil {
		return nil, err
	}
	p := &Pair{cp: cp, options: options, dir: dir}
	defer func() {
		if err != nil {
			p.Kill()
		}
	}()
	if p.ports, err = freePorts(4); err != nil {
		return nil, err
	}
	if err := p.identities(ctx); err != nil {
		return nil, err
	}
	if err := p.configure(shipped); err != nil {
		return nil, err
	}
	if options.Muster != "" {
		if err := p.StartMuster(ctx); err != nil {
			return nil, err
		}
	}
	return p, p.StartScheduler(ctx)
}

// identities gets a token for each of the two processes, so that the audit log can tell them apart.
func (p *Pair) identities(ctx context.Context) (err error) {
	name := filepath.Base(p.dir)
	if p.SchedulerIdentity, err = p.cp.NewIdentity(ctx, name+"-scheduler", p.cp.URL, p.cp.CA); err != nil {
		return err
	}
	server, ca := p.cp.URL, p.cp.CA
	if p.options.Gate {
		if p.Gate, err = proxy.StartGate(p.cp.URL, p.cp.CA); err != nil {
			return err
		}
		server, ca = p.Gate.URL, p.Gate.CA
	}
	p.MusterIdentity, err = p.cp.NewIdentity(ctx, name+"-muster", server, ca)
	return err
}

func (p *Pair) configure(shipped Shipped) (err error) {
	address := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", p.ports[i]) }
	scheduling, binding := "http://"+address(0), "http://"+address(1)
	if !p.options.NoProxy {
		if p.Calls, err = proxy.StartRecorder(scheduling, binding); err != nil {
			return err
		}
		scheduling, binding = p.Calls.SchedulingURL, p.Calls.BindingURL
	}
	scheduler, err := substitute(shipped.Scheduler, map[string]string{
		"http://127.0.0.1:8861": scheduling, "http://127.0.0.1:8862": binding})
	if err != nil {
		return err
	}
	if strings.Contains(scheduler, "clientConnection:") {
		return errors.New("the shipped scheduler configuration has a clientConnection, which the test would write twice")
	}
	scheduler += fmt.Sprintf("clientConnection:\n  kubeconfig: %s\n", p.SchedulerIdentity.Kubeconfig)
	if p.options.QPS > 0 {
		scheduler += fmt.Sprintf("  qps: %d\n  burst: %d\n", p.options.QPS, p.options.QPS)
	}
	muster, err := substitute(shipped.Muster, map[string]string{
		"127.0.0.1:8861": address(0), "127.0.0.1:8862": address(1), "0.0.0.0:8863": address(2)})
	if err != nil {
		return err
	}
	p.schedulerConfig, p.musterConfig = filepath.Join(p.dir, "kube-scheduler.yaml"), filepath.Join(p.dir, "muster.yaml")
	return errors.Join(os.WriteFile(p.schedulerConfig, []byte(scheduler), 0o600), os.WriteFile(p.musterConfig, []byte(muster), 0o600))
}

// StartMuster starts Muster on the pair's ports, and waits until it is ready.
func (p *Pair) StartMuster(ctx context.Context) error {
	if err := p.LaunchMuster(); err != nil {
		return err
	}
	return waitHealthy(ctx, p.Muster, p.AdminURL()+"/readyz", startLimit)
}

// LaunchMuster starts Muster and does not wait.
func (p *Pair) LaunchMuster() (err error) {
	p.Muster, err = Start(Spec{Name: "muster", Path: p.options.Muster, Dir: p.dir, Host: p.options.Host,
		Args: []string{"serve", "--config", p.musterConfig, "--kubeconfig", p.MusterIdentity.Kubeconfig}})
	return err
}

// StartScheduler starts kube-scheduler and waits until it is ready; whether it leads is another matter.
func (p *Pair) StartScheduler(ctx context.Context) (err error) {
	kubeconfig := p.SchedulerIdentity.Kubeconfig
	p.Scheduler, err = Start(Spec{Name: "kube-scheduler", Path: filepath.Join(p.cp.Binaries, "kube-scheduler"), Dir: p.dir, Host: p.options.Host,
		Args: []string{"--config=" + p.schedulerConfig, "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.ports[3]),
			"--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig, "--v=2",
			"--authorization-always-allow-paths=/metrics,/healthz,/readyz,/livez"}})
	if err != nil {
		return err
	}
	return waitHealthy(ctx, p.Scheduler, fmt.Sprintf("https://127.0.0.1:%d/readyz", p.ports[3]), startLimit)
}

// AdminURL is where Muster answers about itself.
func (p *Pair) AdminURL() string { return fmt.Sprintf("http://127.0.0.1:%d", p.ports[2]) }

// WaitLeading waits until this pair's kube-scheduler holds the lease, and its Muster knows it.
func (p *Pair) WaitLeading(ctx context.Context) error {
	host := p.options.Host
	if host == "" {
		name, err := os.Hostname()
		if err != nil {
			return err
		}
		host = name
	}
	// A lease that was left without a release is taken after leaseDuration (15 s).
	return poll(ctx, 40*time.Second, "leadership of "+host, func(ctx context.Context) error {
		holder, err := p.cp.LeaseHolder(ctx)
		if err == nil && !strings.HasPrefix(holder, host+"_") {
			err = fmt.Errorf("the lease names %q", holder)
		}
		if err == nil && p.Muster != nil {
			err = p.acting(ctx)
		}
		return err
	})
}

// LeaseHolder reads who holds the lease of the shipped scheduler.
func (cp *ControlPlane) LeaseHolder(ctx context.Context) (string, error) {
	var lease struct {
		Spec struct{ HolderIdentity string }
	}
	err := cp.Admin.Get(ctx, "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/muster-scheduler", &lease)
	return lease.Spec.HolderIdentity, err
}

// Err says whether a process of the pair ended by itself.
func (p *Pair) Err() error {
	var err error
	for _, process := range []*Process{p.Scheduler, p.Muster} {
		if process != nil {
			err = errors.Join(err, process.Err())
		}
	}
	return err
}

// Stop ends the pair as Kubernetes ends such a pod: kube-scheduler first (it gives its lease back), then the sidecar.
func (p *Pair) Stop() error {
	var err error
	for _, process := range []*Process{p.Scheduler, p.Muster} {
		if process != nil {
			err = errors.Join(err, process.Terminate(stopLimit))
		}
	}
	p.closeProxies()
	return err
}

// Kill ends both at once, as the loss of a node does.
func (p *Pair) Kill() {
	for _, process := range []*Process{p.Scheduler, p.Muster} {
		if process != nil {
			process.Kill()
		}
	}
	p.closeProxies()
}

func (p *Pair) closeProxies() {
	if p.Calls != nil {
		p.Calls.Close()
	}
	if p.Gate != nil {
		p.Gate.Close()
	}
}
