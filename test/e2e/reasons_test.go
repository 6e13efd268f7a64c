package e2e

import (
	"context"
	"fmt"
	"strings"
	"time"

	"muster.scheduler/test/e2e/internal/kube"
	"muster.scheduler/test/e2e/internal/workload"
)

// untilRefused waits until Muster has said, on its page, that a gang has no place, and why, with the given words.
func (s *scene) untilRefused(gang string, words ...string) string {
	s.Helper()
	reason := ""
	within(s.T, 60*time.Second, "Muster says why "+gang+" is not placed", func(ctx context.Context) error {
		status, err := s.pair.Refusal(ctx, 60*time.Second, workload.Namespace, gang)
		if err != nil {
			return err
		}
		reason = status.Reason.String()
		for _, word := range words {
			if !strings.Contains(reason, word) {
				return fmt.Errorf("state %q, reason %s: no word of %q", status.State, reason, word)
			}
		}
		return nil
	})
	return reason
}

// untilEvent waits until an Event about a pod of the gang, or its owner, has one of the words.
func (s *scene) untilEvent(gang string, words ...string) {
	s.Helper()
	within(s.T, 20*time.Second, "an Event about "+gang, func(ctx context.Context) error {
		list, err := kube.ListAll[kube.Event](ctx, plane.Admin, "/api/v1/namespaces/"+workload.Namespace+"/events")
		if err != nil {
			return err
		}
		var texts []string
		for _, event := range list.Items {
			// kube-scheduler writes FailedScheduling about the same pods; only Muster's own words count here.
			byMuster := strings.Contains(event.Source.Component+event.ReportingComponent, "muster") && event.Reason != "FailedScheduling"
			if !byMuster || !strings.HasPrefix(event.InvolvedObject.Name, gang) {
				continue
			}
			texts = append(texts, event.Reason+": "+event.Message)
			for _, word := range words {
				if strings.Contains(event.Message, word) {
					return nil
				}
			}
		}
		return fmt.Errorf("no Event with one of %q among %q", words, texts)
	})
}
