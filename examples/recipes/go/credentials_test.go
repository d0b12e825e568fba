// What happens to a program that uses the AWS SDK when its instance's credentials change under it.
package recipe

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func newStorage(t *testing.T) *s3.Client {
	t.Helper()
	settings, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s3.NewFromConfig(settings)
}

func list(storage *s3.Client) error {
	_, err := storage.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: aws.String("reports")})
	return err
}

func codeOf(err error) string {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return refusal.ErrorCode()
	}
	return ""
}

func TestReadsAndMayNotWrite(t *testing.T) {
	StartRolemint(t).BeOn(t, "web")
	storage := newStorage(t)
	if err := list(storage); err != nil {
		t.Fatal(err)
	}
	_, err := storage.PutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String("reports"), Key: aws.String("a")})
	if codeOf(err) != "AccessDenied" {
		t.Fatalf("a write gave %v", err)
	}
}

// The SDK looks for new credentials when the old ones near their end, not when they are refused.
func TestARefusedKeyNeedsANewClient(t *testing.T) {
	rolemint := StartRolemint(t)
	rolemint.BeOn(t, "web")
	storage := newStorage(t)
	if err := list(storage); err != nil {
		t.Fatal(err)
	}
	rolemint.Control(t, "ExpireCredentials", map[string]any{"Instance": "web"}, nil)
	var rotated struct{ AccessKeyId string }
	rolemint.Control(t, "RotateCredentials", map[string]any{"Instance": "web"}, &rotated)
	if code := codeOf(list(storage)); code != "ExpiredToken" {
		t.Fatalf("a call with an expired key gave %q", code)
	}
	fresh := newStorage(t)
	if err := list(fresh); err != nil {
		t.Fatal(err)
	}
	credentials, err := fresh.Options().Credentials.Retrieve(context.Background())
	if err != nil || credentials.AccessKeyID != rotated.AccessKeyId {
		t.Fatalf("%s is not the new key %s: %v", credentials.AccessKeyID, rotated.AccessKeyId, err)
	}
}

func TestOutlivesAnOutageOfTheMetadata(t *testing.T) {
	rolemint := StartRolemint(t)
	rolemint.BeOn(t, "web")
	storage := newStorage(t)
	if err := list(storage); err != nil {
		t.Fatal(err)
	}
	rolemint.Control(t, "PutFault", map[string]any{"Name": "imds.unreachable", "Target": "web", "For": "10m"}, nil)
	if err := list(storage); err != nil {
		t.Fatalf("with credentials in hand: %v", err)
	}
}
