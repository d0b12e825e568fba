// An AWS account for the test: a rolemint of its own, on free ports, until the test is over.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Rolemint is a running simulator; the fields are those of its ready file.
type Rolemint struct {
	Endpoints    struct{ Control string }
	ControlToken string
	readyFile    string
}

func command(arguments ...string) *exec.Cmd {
	words := []string{"npx", "rolemint"}
	if given := os.Getenv("ROLEMINT"); given != "" {
		words = strings.Fields(given)
	}
	words = append(words, arguments...)
	made := exec.Command(words[0], words[1:]...)
	made.Stderr = os.Stderr
	return made
}

// StartRolemint runs a simulator of rolemint.yaml until the test ends.
func StartRolemint(t *testing.T) *Rolemint {
	t.Helper()
	r := &Rolemint{readyFile: filepath.Join(t.TempDir(), "ready.json")}
	up := command("up", "--config", "rolemint.yaml", "--ephemeral", "--quiet", "--ready", r.readyFile,
		"--aws-port", "0", "--imds-port", "0", "--control-port", "0")
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- up.Wait() }()
	t.Cleanup(func() {
		up.Process.Signal(os.Interrupt)
		<-ended
	})
	for {
		ready, err := os.ReadFile(r.readyFile)
		if err == nil {
			if err := json.Unmarshal(ready, r); err != nil {
				t.Fatal(err)
			}
			r.Control(t, "SetClock", map[string]any{"Rate": 0}, nil) // it stands until it is moved
			return r
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatal("rolemint did not start; it says above why")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Control calls an action of docs/control-api.md and reads its answer into `answer`, unless that is nil.
func (r *Rolemint) Control(t *testing.T, action string, input map[string]any, answer any) {
	t.Helper()
	if err := r.call(action, input, answer); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
}

func (r *Rolemint) call(action string, input map[string]any, answer any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return err
	}
	request, err := http.NewRequest("POST", r.Endpoints.Control+"/"+action, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.ControlToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%d %s", response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// BeOn gives the test the environment of a program on an instance.
func (r *Rolemint) BeOn(t *testing.T, instance string) {
	t.Helper()
	text, err := command("env", instance, "--json", "--ready", r.readyFile).Output()
	if err != nil {
		t.Fatal(err)
	}
	var environment struct {
		Set   map[string]string
		Unset []string
	}
	if err := json.Unmarshal(text, &environment); err != nil {
		t.Fatal(err)
	}
	for _, name := range environment.Unset {
		t.Setenv(name, "") // so that it is put back
		os.Unsetenv(name)
	}
	for name, value := range environment.Set {
		t.Setenv(name, value)
	}
}

// Expect fails with the timeline unless it shows all of that. With JUNIT the results are written to that file as well.
func (r *Rolemint) Expect(t *testing.T, expressions ...string) {
	t.Helper()
	arguments := append([]string{"assert", "--ready", r.readyFile}, expressions...)
	if file := os.Getenv("JUNIT"); file != "" {
		arguments = append(arguments, "--junit", file)
	}
	if text, err := command(arguments...).Output(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}
