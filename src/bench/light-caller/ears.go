package main

import (
	"sync"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

const (
	// A packet of more bytes than this holds sound. WebRTC's encoder writes silence as 55 bytes, then, in DTX, as
	// one such packet every 400 ms; speech, and the hum of the simulated TTS, are mostly over 100.
	soundBytes = 60
	// Silences inside an answer up to this long are how people talk.
	longestPause = 120 * time.Millisecond
)

// ears hear the agent by the size of its packets.
type ears struct {
	name string
	sync.Mutex
	first, last time.Time
	// onsets are the moments at which sound began after a silence.
	onsets []time.Time
}

func (e *ears) callbacks() *lksdk.RoomCallback {
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(t *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		tell(e.name, "agent", time.Now(), 0)
		for {
			packet, _, err := t.ReadRTP()
			if err != nil {
				return
			}
			if len(packet.Payload) > soundBytes {
				e.hear(time.Now())
			}
		}
	}
	return callback
}

func (e *ears) hear(now time.Time) {
	e.Lock()
	since, isFirst := now.Sub(e.last), e.first.IsZero()
	if isFirst {
		e.first = now
	}
	if isFirst || since > longestPause {
		e.onsets = append(e.onsets, now)
	}
	e.last = now
	e.Unlock()
	if isFirst {
		tell(e.name, "greeted", now, 0)
	} else if since > longestPause && since < answeredAfter {
		tell(e.name, "gap", now, float64(since.Microseconds())/1000)
	}
}

func (e *ears) lastSpeech() time.Time {
	e.Lock()
	defer e.Unlock()
	return e.last
}

// speechAfter waits for sound that begins, or goes on, after a moment.
func (e *ears) speechAfter(after time.Time, within time.Duration, isOver func() bool) (time.Time, bool) {
	for end := time.Now().Add(within); time.Now().Before(end) && !isOver(); time.Sleep(poll) {
		e.Lock()
		last := e.last
		onset := last
		for i := len(e.onsets) - 1; i >= 0 && e.onsets[i].After(after); i-- {
			onset = e.onsets[i]
		}
		e.Unlock()
		if last.After(after) {
			return onset, true
		}
	}
	return time.Time{}, false
}

// quietFor waits until there was no sound for so long.
func (e *ears) quietFor(quiet, within time.Duration, isOver func() bool) {
	for end := time.Now().Add(within); time.Now().Before(end) && !isOver(); time.Sleep(poll) {
		if time.Since(e.lastSpeech()) >= quiet {
			return
		}
	}
}
