package main

import (
	"math/rand/v2"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

const (
	greetedWithin  = 15 * time.Second
	greetingWithin = 30 * time.Second
	// An answer that takes longer than this to begin is lost.
	lostAfter = 10 * time.Second
	// So much silence after an answer is its end.
	answeredAfter = 900 * time.Millisecond
	longestAnswer = 60 * time.Second
	// The agent still spoke so shortly before the caller's last sound: there is no wait to measure.
	overlap = 200 * time.Millisecond
	poll    = 10 * time.Millisecond
)

// call is one caller in one room: hears the greeting, then says a sentence, waits for the answer, and again.
type call struct {
	order
	over  chan struct{}
	ears  ears
	voice *voice
}

func newCall(o order) *call {
	return &call{order: o, over: make(chan struct{}), ears: ears{name: o.Call}}
}

func (c *call) leave() { close(c.over) }

func (c *call) isOver() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

func (c *call) run() {
	sentences, err := readAll(c.Speech)
	if err == nil {
		err = c.talk(sentences)
	}
	if err != nil {
		tellFailed(c.Call, err)
	}
	tell(c.Call, "left", time.Now(), 0)
}

func (c *call) talk(sentences []sentence) error {
	tell(c.Call, "joining", time.Now(), 0)
	room, err := lksdk.ConnectToRoomWithToken(c.URL, c.Token, c.ears.callbacks())
	if err != nil {
		return err
	}
	defer room.Disconnect()
	tell(c.Call, "joined", time.Now(), 0)
	if c.voice, err = openVoice(room); err != nil {
		return err
	}
	defer c.voice.close()
	if _, ok := c.ears.speechAfter(time.Time{}, greetedWithin, c.isOver); !ok {
		if !c.isOver() {
			tell(c.Call, "not greeted", time.Now(), 0)
		}
		return nil
	}
	c.ears.quietFor(answeredAfter, greetingWithin, c.isOver)
	for turn := 0; (c.Turns == 0 || turn < c.Turns) && !c.isOver(); turn++ {
		c.takeTurn(sentences[(c.First+turn)%len(sentences)])
	}
	return nil
}

// takeTurn says one sentence and hears the answer to its end.
func (c *call) takeTurn(said sentence) {
	time.Sleep(200*time.Millisecond + rand.N(600*time.Millisecond))
	end := c.voice.say(said, c.over)
	before := c.ears.lastSpeech()
	at, ok := c.ears.speechAfter(end, lostAfter, c.isOver)
	switch {
	case c.isOver():
		return
	case !ok:
		tell(c.Call, "lost", time.Now(), 0)
		return
	case end.Sub(before) < overlap:
		tell(c.Call, "talked over", at, 0)
	default:
		tell(c.Call, "answered", at, float64(at.Sub(end).Microseconds())/1000)
	}
	c.ears.quietFor(answeredAfter, longestAnswer, c.isOver)
}

func openVoice(room *lksdk.Room) (*voice, error) {
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	track, err := lksdk.NewLocalSampleTrack(opus)
	if err != nil {
		return nil, err
	}
	options := &lksdk.TrackPublicationOptions{Name: "microphone", Source: livekit.TrackSource_MICROPHONE}
	if _, err = room.LocalParticipant.PublishTrack(track, options); err != nil {
		return nil, err
	}
	return startVoice(track), nil
}
