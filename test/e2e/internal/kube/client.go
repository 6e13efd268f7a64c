package kube

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client speaks to one API server as one user.
type Client struct {
	Base  string
	Token string
	HTTP  *http.Client
}

// StatusError is an answer of the API server that is not success.
type StatusError struct {
	Code    int
	Reason  string
	Message string
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d %s: %s", e.Code, e.Reason, e.Message) }

// CodeOf is the HTTP status inside err, or 0.
func CodeOf(err error) int {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Code
	}
	return 0
}

// NewClient makes a client that trusts only the certificate authority in caPEM. Each client has connections of its own, so that the
// watcher's view cannot be slowed by the load that a test makes.
func NewClient(base, token string, caPEM []byte) (*Client, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(caPEM) {
		return nil, errors.New("no certificate in the authority's file")
	}
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
	}
	return &Client{Base: base, Token: token, HTTP: &http.Client{Transport: transport}}, nil
}

// Do sends one request and decodes the answer into out, which may be nil.
func (c *Client) Do(ctx context.Context, method, path, contentType string, body, out any) error {
	response, err := c.open(ctx, method, path, contentType, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if out == nil {
		return nil
	}
	if text, ok := out.(*string); ok {
		*text = string(data)
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// open sends one request and returns the answer, its body unread, when it is a success.
func (c *Client) open(ctx context.Context, method, path, contentType string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "muster-e2e")
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer response.Body.Close()
		return nil, fmt.Errorf("%s %s: %w", method, path, statusError(response))
	}
	return response, nil
}

func statusError(response *http.Response) *StatusError {
	data, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	status := struct{ Reason, Message string }{}
	if json.Unmarshal(data, &status) != nil || status.Message == "" {
		status.Message = string(data)
	}
	return &StatusError{Code: response.StatusCode, Reason: status.Reason, Message: status.Message}
}

// Get reads one object.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.Do(ctx, http.MethodGet, path, "", nil, out)
}

// Post creates one object and decodes what the API server made of it.
func (c *Client) Post(ctx context.Context, path string, body, out any) error {
	return c.Do(ctx, http.MethodPost, path, "application/json", body, out)
}

// MergePatch changes some fields of an object.
func (c *Client) MergePatch(ctx context.Context, path string, body, out any) error {
	return c.Do(ctx, http.MethodPatch, path, "application/merge-patch+json", body, out)
}

// Delete removes an object, or all objects of a collection, without a grace period: there is no kubelet that would wait for one.
func (c *Client) Delete(ctx context.Context, path string) error {
	options := map[string]any{"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
	return c.Do(ctx, http.MethodDelete, path, "application/json", options, nil)
}

// List is a list of objects with the version of the whole that it shows.
type List[T any] struct {
	Metadata struct {
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Items []T `json:"items"`
}

// ListAll reads a whole collection, consistently.
func ListAll[T any](ctx context.Context, c *Client, path string) (List[T], error) {
	var list List[T]
	err := c.Get(ctx, path, &list)
	return list, err
}

// PodPath is the path of a pod, or of the collection when name is empty.
func PodPath(namespace, name string) string {
	path := "/api/v1/namespaces/" + namespace + "/pods"
	if name != "" {
		path += "/" + name
	}
	return path
}
