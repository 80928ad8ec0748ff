package main

import (
	"errors"
	"io"
	"os"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

const frame = 20 * time.Millisecond

// silent is one frame of silence: CELT, 20 ms, mono, as encoders write it.
var silent = []byte{0xf8, 0xff, 0xfe}

// sentence is prepared Opus, a frame of 20 ms each.
type sentence [][]byte

// voice sends a frame every 20 ms: the sentence that is said, else silence, as a microphone does.
type voice struct {
	sayings chan saying
	over    chan struct{}
}

type saying struct {
	frames sentence
	ended  chan time.Time
}

func startVoice(track *lksdk.LocalTrack) *voice {
	v := &voice{sayings: make(chan saying), over: make(chan struct{})}
	go v.send(track)
	return v
}

func (v *voice) close() { close(v.over) }

// say returns when the last frame of the sentence was sent, or at once when the call is over.
func (v *voice) say(frames sentence, over <-chan struct{}) time.Time {
	s := saying{frames, make(chan time.Time, 1)}
	v.sayings <- s
	select {
	case end := <-s.ended:
		return end
	case <-over:
		return time.Now()
	}
}

func (v *voice) send(track *lksdk.LocalTrack) {
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	var now *saying
	started, sent := time.Now(), 0
	for {
		select {
		case <-v.over:
			if now != nil {
				now.ended <- time.Now()
			}
			return
		case s := <-v.sayings:
			now = &s
			continue
		case <-ticker.C:
		}
		// A busy machine skips ticks: what is due is sent at once.
		for ; time.Since(started) > time.Duration(sent)*frame; sent++ {
			data := silent
			if now != nil && len(now.frames) > 0 {
				data, now.frames = now.frames[0], now.frames[1:]
			}
			_ = track.WriteSample(media.Sample{Data: data, Duration: frame}, nil)
			if now != nil && len(now.frames) == 0 {
				now.ended <- time.Now()
				now = nil
			}
		}
	}
}

func readAll(files []string) ([]sentence, error) {
	sentences := make([]sentence, 0, len(files))
	for _, file := range files {
		s, err := readOgg(file)
		if err != nil {
			return nil, err
		}
		sentences = append(sentences, s)
	}
	if len(sentences) == 0 {
		return nil, errors.New("no speech was given")
	}
	return sentences, nil
}

// readOgg reads a file that holds one packet a page, as `record` writes it.
func readOgg(file string) (sentence, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pages, _, err := oggreader.NewWith(f)
	if err != nil {
		return nil, err
	}
	var frames sentence
	for {
		page, header, err := pages.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return nil, err
		}
		if _, isHeader := header.HeaderType(page); !isHeader && len(page) > 0 {
			frames = append(frames, page)
		}
	}
}
