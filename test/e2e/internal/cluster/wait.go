package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"
)

// poll asks until the condition answers nil, and gives back its last error when the limit passes first.
func poll(ctx context.Context, limit time.Duration, what string, condition func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %v: %w", what, limit, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// probes is for health endpoints: kube-scheduler's certificate is made anew at each start, so it cannot be checked.
var probes = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}

// healthy asks a health endpoint once.
func healthy(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := probes.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}

// waitHealthy waits until the endpoint of a process answers 200, or the process ends.
func waitHealthy(ctx context.Context, p *Process, url string, limit time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-p.done:
			cancel(fmt.Errorf("%s ended: %v\n%s", p.Name, p.cmd.ProcessState, p.LogTail(20)))
		case <-ctx.Done():
		}
	}()
	err := poll(ctx, limit, p.Name, func(ctx context.Context) error { return healthy(ctx, url) })
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.LogTail(20))
	}
	return nil
}
