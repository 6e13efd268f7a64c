package cluster

import (
	"encoding/json"
	"fmt"
	"time"
)

// Write is one line of the audit log: a request that changes something.
type Write struct {
	At       time.Time
	Verb     string
	URI      string
	Resource string // with the subresource, as "pods/binding"
	Name     string
	Code     int
	TokenID  string
}

// tokenIDKey is where the API server notes which token of a service account was used.
const tokenIDKey = "authentication.kubernetes.io/credential-id"

func parseWrite(line []byte) (Write, error) {
	var entry struct {
		RequestReceivedTimestamp time.Time
		Verb, RequestURI         string
		User                     struct{ Extra map[string][]string }
		ObjectRef                struct{ Resource, Subresource, Name string }
		ResponseStatus           struct{ Code int }
	}
	if err := json.Unmarshal(line, &entry); err != nil {
		return Write{}, fmt.Errorf("audit log: %w", err)
	}
	write := Write{At: entry.RequestReceivedTimestamp, Verb: entry.Verb, URI: entry.RequestURI, Resource: entry.ObjectRef.Resource,
		Name: entry.ObjectRef.Name, Code: entry.ResponseStatus.Code}
	if entry.ObjectRef.Subresource != "" {
		write.Resource += "/" + entry.ObjectRef.Subresource
	}
	if id := entry.User.Extra[tokenIDKey]; len(id) == 1 {
		write.TokenID = id[0]
	}
	return write, nil
}

func (w Write) String() string {
	return fmt.Sprintf("%s %s %s -> %d", w.At.Format("15:04:05.000"), w.Verb, w.URI, w.Code)
}
