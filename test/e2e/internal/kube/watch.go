package kube

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Change is one event of a watch. After a (re)list, Reset is true and Items is the whole collection.
type Change[T any] struct {
	Reset   bool
	Items   []T
	Deleted bool
	Object  T
}

// Watch lists a collection and follows it until ctx ends. It resumes from the last version seen whenever the API server closes the
// stream, which it does without an error in bursts, so no change in between is lost; it lists again only when that version is gone.
// open is called with true when a stream stands, and with false when it has ended.
func Watch[T any](ctx context.Context, c *Client, path string, deliver func(Change[T]), open func(bool)) error {
	version := ""
	for ctx.Err() == nil {
		if version == "" {
			list, err := ListAll[T](ctx, c, path)
			if err != nil {
				if retry(ctx, err) {
					continue
				}
				return err
			}
			version = list.Metadata.ResourceVersion
			deliver(Change[T]{Reset: true, Items: list.Items})
		}
		next, err := follow(ctx, c, path, version, deliver, open)
		version = next
		if err != nil && !retry(ctx, err) {
			return err
		}
	}
	return nil
}

// retry says whether the error may pass (a restart of the API server, a refused dial) and waits a little before it says so.
func retry(ctx context.Context, err error) bool {
	code := CodeOf(err)
	if ctx.Err() != nil || (code >= 400 && code < 500 && code != http.StatusTooManyRequests) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(50 * time.Millisecond):
		return true
	}
}

// follow reads one watch stream. It returns the version to go on from: the last one seen, or "" when a new list is needed.
func follow[T any](ctx context.Context, c *Client, path, version string, deliver func(Change[T]), open func(bool)) (string, error) {
	query := url.Values{"watch": {"1"}, "allowWatchBookmarks": {"true"}, "resourceVersion": {version}}
	response, err := c.open(ctx, http.MethodGet, path+"?"+query.Encode(), "", nil)
	if CodeOf(err) == http.StatusGone {
		return "", nil
	}
	if err != nil {
		return version, err
	}
	defer response.Body.Close()
	open(true)
	defer open(false)
	decoder := json.NewDecoder(bufio.NewReaderSize(response.Body, 64<<10))
	for {
		var event struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := decoder.Decode(&event); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || ctx.Err() != nil {
				return version, nil
			}
			return version, fmt.Errorf("watch %s: %w", path, err)
		}
		if event.Type == "ERROR" {
			return "", nil // almost always 410: the version is too old
		}
		var head struct {
			Metadata Meta `json:"metadata"`
		}
		if err := json.Unmarshal(event.Object, &head); err != nil {
			return version, fmt.Errorf("watch %s: %w", path, err)
		}
		version = head.Metadata.ResourceVersion
		if event.Type == "BOOKMARK" {
			continue
		}
		var object T
		if err := json.Unmarshal(event.Object, &object); err != nil {
			return version, fmt.Errorf("watch %s: %w", path, err)
		}
		deliver(Change[T]{Deleted: event.Type == "DELETED", Object: object})
	}
}
