package cluster

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Identity is a token of the shipped service account in a kubeconfig of its own.
type Identity struct {
	Kubeconfig string
	Token      string
	ID         string // as the audit log names the token
}

// The shipped service account.
const (
	accountNamespace = "kube-system"
	accountName      = "muster-scheduler"
)

// NewIdentity asks the API server for a token of the shipped service account and writes a kubeconfig that uses it against server.
func (cp *ControlPlane) NewIdentity(ctx context.Context, name, server string, ca []byte) (Identity, error) {
	request := map[string]any{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
		"spec": map[string]any{"expirationSeconds": 24 * 3600}}
	var answer struct{ Status struct{ Token string } }
	path := "/api/v1/namespaces/" + accountNamespace + "/serviceaccounts/" + accountName + "/token"
	if err := cp.Admin.Post(ctx, path, request, &answer); err != nil {
		return Identity{}, err
	}
	id, err := tokenID(answer.Status.Token)
	if err != nil {
		return Identity{}, err
	}
	file, err := cp.writeKubeconfig(name, server, answer.Status.Token, ca)
	return Identity{Kubeconfig: file, Token: answer.Status.Token, ID: id}, err
}

// AdminKubeconfig writes a kubeconfig for kubectl.
func (cp *ControlPlane) AdminKubeconfig() (string, error) {
	return cp.writeKubeconfig("admin", cp.URL, cp.adminToken, cp.CA)
}

func (cp *ControlPlane) writeKubeconfig(name, server, token string, ca []byte) (string, error) {
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: e2e
clusters:
- name: e2e
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: e2e
  user:
    token: %s
contexts:
- name: e2e
  context:
    cluster: e2e
    user: e2e
`, server, base64.StdEncoding.EncodeToString(ca), token)
	file := filepath.Join(cp.Dir, name+".kubeconfig")
	return file, os.WriteFile(file, []byte(text), 0o600)
}

// tokenID reads the id out of a token, in the form in which the audit log shows it.
func tokenID(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("the token is no JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims struct{ JTI string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", err
	}
	if claims.JTI == "" {
		return "", errors.New("the token has no id")
	}
	return "JTI=" + claims.JTI, nil
}
