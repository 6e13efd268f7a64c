package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// GangStatus is what Muster's page /v1/gangs says about a gang.
type GangStatus struct {
	Namespace, Gang, State string
	Epoch                  int
	Reason                 *Reason // nil while there is nothing to complain about
}

// Reason is why a gang is not placed.
type Reason struct{ Code, Text string }

func (r *Reason) String() string {
	if r == nil {
		return "(no reason)"
	}
	return r.Code + ": " + r.Text
}

// Gang asks Muster about one gang.
func (p *Pair) Gang(ctx context.Context, namespace, gang string) (GangStatus, error) {
	var list struct{ Items []GangStatus }
	if err := p.ask(ctx, "/v1/gangs", &list); err != nil {
		return GangStatus{}, err
	}
	for _, item := range list.Items {
		if item.Namespace == namespace && item.Gang == gang {
			return item, nil
		}
	}
	return GangStatus{}, fmt.Errorf("/v1/gangs does not know %s/%s among %d gangs", namespace, gang, len(list.Items))
}

// Refusal waits until Muster gives a reason why the gang is not placed.
func (p *Pair) Refusal(ctx context.Context, limit time.Duration, namespace, gang string) (status GangStatus, err error) {
	err = poll(ctx, limit, "a reason for "+gang, func(ctx context.Context) error {
		status, err = p.Gang(ctx, namespace, gang)
		if err == nil && (status.Reason == nil || status.Reason.Text == "" && status.Reason.Code == "") {
			err = fmt.Errorf("state %q without a reason", status.State)
		}
		return err
	})
	return status, err
}

// acting says whether Muster itself knows that its kube-scheduler leads.
func (p *Pair) acting(ctx context.Context) error {
	var status struct{ Leading bool }
	if err := p.ask(ctx, "/v1/status", &status); err != nil {
		return err
	}
	if !status.Leading {
		return errors.New("muster does not know yet that its kube-scheduler leads")
	}
	return nil
}

func (p *Pair) ask(ctx context.Context, path string, out any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.AdminURL()+path, nil)
	if err != nil {
		return err
	}
	response, err := probes.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
