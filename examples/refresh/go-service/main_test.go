// The service as a program on an instance that is given another role.
package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestGoesOnWithAnotherRole(t *testing.T) {
	rolemint := StartRolemint(t)
	rolemint.BeOn(t, "web")
	handler, err := newHandler(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	get := func() int {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/hello.txt", nil))
		return answer.Code
	}
	if status := get(); status != http.StatusOK {
		t.Fatalf("it does not even begin: %d", status)
	}

	rolemint.Control(t, "AdvanceClock", map[string]any{"By": "10m"}, nil)
	swap := map[string]any{"Role": "files-v2", "Revoke": true}
	rolemint.Control(t, "PutFault", map[string]any{"Name": "role.swap", "Target": "web", "Parameters": swap}, nil)
	get()
	rolemint.Control(t, "AdvanceClock", map[string]any{"By": "10m"}, nil)
	get()

	rolemint.Expect(t, "web recovers within 5m", "web assumed-role arn:aws:iam::111122223333:role/files-v2")
}
