// What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	storage := s3.NewFromConfig(settings)
	bucket := aws.String("demo")

	steps := map[string]func() (string, error){
		"identity": func() (string, error) {
			caller, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return "", err
			}
			return *caller.Arn, nil
		},
		"list": func() (string, error) {
			page, err := storage.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			if err != nil {
				return "", err
			}
			var keys []string
			for _, object := range page.Contents {
				keys = append(keys, *object.Key)
			}
			return strings.Join(keys, "\n"), nil
		},
		"read": func() (string, error) {
			object, err := storage.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("hello.txt")})
			if err != nil {
				return "", err
			}
			defer object.Body.Close()
			text, err := io.ReadAll(object.Body)
			return string(text), err
		},
		"write": func() (string, error) {
			_, err := storage.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("new.txt"), Body: strings.NewReader("new")})
			return "written", err
		},
		"version": func() (string, error) { return aws.SDKVersion, nil },
		"expiry": func() (string, error) {
			credentials, err := settings.Credentials.Retrieve(ctx)
			return credentials.Expires.UTC().Format(time.RFC3339), err
		},
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		step, ok := steps[lines.Text()]
		if !ok {
			step = func() (string, error) { return "", errors.New("no such step") }
		}
		if text, err := step(); err != nil {
			fmt.Printf("%v\n=failed\n", err)
		} else {
			fmt.Printf("%s\n=ok\n", text)
		}
	}
}
