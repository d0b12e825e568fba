// A service on an EC2 instance: GET /KEY answers with an object of the bucket `files`.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	broken "example.com/go-service/broken"
	fixed "example.com/go-service/fixed"
)

func newHandler(ctx context.Context) (http.Handler, error) {
	if os.Getenv("VERSION") == "broken" {
		return broken.NewHandler(ctx)
	}
	return fixed.NewHandler(ctx)
}

func main() {
	handler, err := newHandler(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", handler))
}
