// Package cluster starts and stops a real control plane, fake nodes, and pairs of kube-scheduler and Muster, as separate processes on
// free loopback ports.
package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a running program with its output in a file.
type Process struct {
	Name    string
	LogFile string
	cmd     *exec.Cmd
	done    chan struct{} // closed when the process has ended
	mu      sync.Mutex
	wanted  bool // we ended it: an exit is no surprise
}

// Spec says how to start a process.
type Spec struct {
	Name string
	Path string
	Args []string
	Dir  string // where the log goes
	Host string // a host name of its own (needs the right to unshare the UTS namespace); "" keeps the machine's
}

// pinned runs f on one thread that lives as long as this program. Pdeathsig is bound to the thread that forks: were that thread to end,
// the kernel would kill the child.
var pinned = func() func(func() error) error {
	work, result := make(chan func() error), make(chan error)
	var mu sync.Mutex
	go func() {
		runtime.LockOSThread()
		for f := range work {
			result <- f()
		}
	}()
	return func(f func() error) error {
		mu.Lock()
		defer mu.Unlock()
		work <- f
		return <-result
	}
}()

// Start runs a program. It dies with this program, however that ends.
func Start(spec Spec) (*Process, error) {
	logFile := filepath.Join(spec.Dir, spec.Name+".log")
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	path, args := spec.Path, spec.Args
	if spec.Host != "" {
		// unshare and sh replace themselves, so the process id stays that of the program.
		args = append([]string{"--uts", "sh", "-c", `hostname "$0" && exec "$@"`, spec.Host, path}, args...)
		path = "unshare"
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	fmt.Fprintf(out, "--- %s: %s %s\n", time.Now().Format(time.RFC3339Nano), path, strings.Join(args, " "))
	if err := pinned(cmd.Start); err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	p := &Process{Name: spec.Name, LogFile: logFile, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the state is read from cmd.ProcessState
		close(p.done)
	}()
	return p, nil
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited says whether the process has ended.
func (p *Process) Exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Err is not nil when the process ended though nobody ended it.
func (p *Process) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wanted || !p.Exited() {
		return nil
	}
	return fmt.Errorf("%s ended by itself: %v\n%s", p.Name, p.cmd.ProcessState, p.LogTail(20))
}

// Kill ends the process at once, as a crash does, and waits until it is gone.
func (p *Process) Kill() { _ = p.end(syscall.SIGKILL, 10*time.Second) }

// Signal sends a signal and does not wait; it marks the exit that may follow as wanted.
func (p *Process) Signal(signal syscall.Signal) error {
	p.mu.Lock()
	p.wanted = true
	p.mu.Unlock()
	return p.cmd.Process.Signal(signal)
}

// Terminate asks the process to end, as Kubernetes does, and kills it when it does not within the limit.
func (p *Process) Terminate(limit time.Duration) error {
	err := p.end(syscall.SIGTERM, limit)
	if err != nil {
		p.Kill()
	}
	return err
}

func (p *Process) end(signal syscall.Signal, limit time.Duration) error {
	if p.Exited() {
		return p.Err()
	}
	if err := p.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("%s did not end within %v of %v", p.Name, limit, signal)
	}
}

// CPUSeconds is the processor time that the process has used.
func (p *Process) CPUSeconds() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold spaces; utime and stime are the 12th and 13th fields after it.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	var user, system float64
	_, _ = fmt.Sscan(fields[11], &user)
	_, _ = fmt.Sscan(fields[12], &system)
	return (user + system) / 100
}

// LogTail is the last lines of the process's output.
func (p *Process) LogTail(lines int) string {
	data, err := os.ReadFile(p.LogFile)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// freePorts finds several different free ports.
func freePorts(n int) ([]int, error) {
	// Not from the range that the kernel takes for outgoing connections: between this look and the process's own listen one of those could
	// have the port.
	const first, end, tries = 12000, 30000, 1000
	var ports []int
	var open []net.Listener
	defer func() {
		for _, l := range open {
			l.Close()
		}
	}()
	for range tries {
		if len(ports) == n {
			return ports, nil
		}
		port := first + rand.IntN(end-first)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		open = append(open, l)
		ports = append(ports, port)
	}
	return nil, fmt.Errorf("no %d free ports from %d to %d", n, first, end-1)
}
