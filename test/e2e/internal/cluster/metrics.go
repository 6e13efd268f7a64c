package cluster

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// writeLine is a counter of requests that write pods or events.
var writeLine = regexp.MustCompile(`^apiserver_request_total\{.*resource="(pods|events)".*verb="(POST|PUT|PATCH|DELETE)".*\} (\S+)$`)

// PodWrites is how many requests that write pods or events the API server has answered since it started.
func (cp *ControlPlane) PodWrites(ctx context.Context) (int, error) {
	var text string
	if err := cp.Admin.Get(ctx, "/metrics", &text); err != nil {
		return 0, err
	}
	sum, seen := 0, false
	for line := range strings.Lines(text) {
		seen = seen || strings.HasPrefix(line, "apiserver_request_total{")
		if match := writeLine.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
			var n float64
			if _, err := fmt.Sscan(match[3], &n); err != nil {
				return 0, fmt.Errorf("metrics: %q: %w", line, err)
			}
			sum += int(n)
		}
	}
	if !seen {
		return 0, fmt.Errorf("the API server's metrics have no apiserver_request_total")
	}
	return sum, nil
}
