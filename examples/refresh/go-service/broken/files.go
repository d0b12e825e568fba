// Package files gives the objects of a bucket over HTTP, with the credentials of the EC2 instance that it runs on.
package files

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

const path = "/iam/security-credentials/"

var refusals = []string{"AccessDenied", "ExpiredToken", "InvalidAccessKeyId"}

// Handler answers GET /KEY with an object.
type Handler struct {
	storage     *s3.Client
	credentials *aws.CredentialsCache
}

// NewHandler finds the SDK's settings in the environment.
func NewHandler(ctx context.Context) (http.Handler, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	cache := aws.NewCredentialsCache(newRoleCredentials(imds.NewFromConfig(settings)))
	settings.Credentials = cache
	return &Handler{s3.NewFromConfig(settings), cache}, nil
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, "/")
	text, err := h.read(r.Context(), key)
	var refusal smithy.APIError
	if errors.As(err, &refusal) && slices.Contains(refusals, refusal.ErrorCode()) {
		h.credentials.Invalidate()
		text, err = h.read(r.Context(), key)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Write(text)
}

func (h *Handler) read(ctx context.Context, key string) ([]byte, error) {
	object, err := h.storage.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("files"), Key: &key})
	if err != nil {
		return nil, err
	}
	defer object.Body.Close()
	return io.ReadAll(object.Body)
}

// roleCredentials are those of the instance's role. Their Source tells which role that was.
type roleCredentials struct {
	metadata *imds.Client
	role     func() (string, error)
}

func newRoleCredentials(metadata *imds.Client) *roleCredentials {
	role := func() (string, error) {
		name, err := read(context.Background(), metadata, path)
		return strings.TrimSpace(string(name)), err
	}
	return &roleCredentials{metadata, sync.OnceValues(role)}
}

// Retrieve is called by the SDK's cache, when what it has is about to end.
func (c *roleCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	role, err := c.role()
	if err != nil {
		return aws.Credentials{}, err
	}
	text, err := read(ctx, c.metadata, path+role)
	if err != nil {
		return aws.Credentials{}, err
	}
	var found struct {
		AccessKeyId, SecretAccessKey, Token string
		Expiration                          time.Time
	}
	err = json.Unmarshal(text, &found)
	return aws.Credentials{
		AccessKeyID:     found.AccessKeyId,
		SecretAccessKey: found.SecretAccessKey,
		SessionToken:    found.Token,
		Source:          role,
		CanExpire:       true,
		Expires:         found.Expiration,
	}, err
}

func read(ctx context.Context, metadata *imds.Client, path string) ([]byte, error) {
	answer, err := metadata.GetMetadata(ctx, &imds.GetMetadataInput{Path: path})
	if err != nil {
		return nil, err
	}
	defer answer.Content.Close()
	return io.ReadAll(answer.Content)
}
