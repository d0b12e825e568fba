// What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
package main

import (
	"bufio"
	"bytes"
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
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
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

	var upload *s3.CreateMultipartUploadOutput
	var parts []types.CompletedPart

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
		"presign": func() (string, error) {
			object := &s3.GetObjectInput{Bucket: bucket, Key: aws.String("hello.txt")}
			signed, err := s3.NewPresignClient(storage).PresignGetObject(ctx, object, s3.WithPresignExpires(7*24*time.Hour))
			if err != nil {
				return "", err
			}
			return signed.URL, nil
		},
		// An upload in two parts, which goes on, when asked again, where it failed.
		"multipart": func() (string, error) {
			backups, key := aws.String("backups"), aws.String("go")
			if upload == nil {
				begun, err := storage.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: backups, Key: key})
				if err != nil {
					return "", err
				}
				upload, parts = begun, nil
			}
			for number := int32(len(parts) + 1); number <= 2; number++ {
				body := bytes.NewReader(make([]byte, 5<<20))
				part, err := storage.UploadPart(ctx, &s3.UploadPartInput{
					Bucket: backups, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(number), Body: body,
				})
				if err != nil {
					return "", err
				}
				parts = append(parts, types.CompletedPart{ETag: part.ETag, PartNumber: aws.Int32(number)})
			}
			_, err := storage.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
				Bucket: backups, Key: key, UploadId: upload.UploadId,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
			})
			if err == nil {
				upload = nil
			}
			return "uploaded", err
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
