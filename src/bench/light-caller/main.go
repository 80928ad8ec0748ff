// Light callers for the load bench: many calls in one process, prepared Opus sent, what comes back counted, not decoded.
//
// Orders come as JSON, one a line, on standard input; what happens is told the same way on standard output. The
// process leaves all rooms and ends when its input ends.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

// order is one line of input.
type order struct {
	// Do: "join" a room as a caller; "leave" it; "record" what is first spoken in a room.
	Do string `json:"do"`
	// Call names the call in orders and events.
	Call  string `json:"call"`
	URL   string `json:"url"`
	Token string `json:"token"`
	// Speech are Ogg Opus files, one a sentence; said in turn, beginning with number First.
	Speech []string `json:"speech"`
	First  int      `json:"first"`
	// Turns to take before leaving; 0: until told to leave.
	Turns int `json:"turns"`
	// File gets the recording.
	File string `json:"file"`
}

// event is one line of output.
type event struct {
	Call  string `json:"call"`
	Event string `json:"event"`
	// AtMs is the time of day, in ms since 1970.
	AtMs float64 `json:"atMs"`
	// Ms is a duration: of a wait for an answer, of a gap.
	Ms    float64 `json:"ms,omitempty"`
	Error string  `json:"error,omitempty"`
}

var out = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.Stdout)}

func tell(call, name string, at time.Time, ms float64) {
	send(event{Call: call, Event: name, AtMs: float64(at.UnixMicro()) / 1000, Ms: ms})
}

func tellFailed(call string, err error) {
	send(event{Call: call, Event: "failed", AtMs: float64(time.Now().UnixMicro()) / 1000, Error: err.Error()})
}

func send(e event) {
	out.Lock()
	defer out.Unlock()
	if out.Encode(e) != nil {
		os.Exit(0)
	}
}

func main() {
	lksdk.SetLogger(logger.GetDiscardLogger())
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "--version") {
		os.Stdout.WriteString("light-caller\n")
		return
	}
	calls := map[string]*call{}
	var open sync.WaitGroup
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			tellFailed("", err)
			continue
		}
		switch o.Do {
		case "join":
			c := newCall(o)
			calls[o.Call] = c
			open.Go(c.run)
		case "leave":
			if c := calls[o.Call]; c != nil {
				c.leave()
				delete(calls, o.Call)
			}
		case "record":
			open.Go(func() { record(o) })
		}
	}
	for _, c := range calls {
		c.leave()
	}
	open.Wait()
}
