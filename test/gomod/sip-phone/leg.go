package main

import (
	"strings"
	"sync"
	"time"

	"github.com/emiago/diago/audio"
	"github.com/emiago/diago/media"
	"github.com/pion/rtp"
)

const (
	frameMs      = 20
	frameSamples = 160
	digitFrames  = 8 // 160 ms
	pauseFrames  = 5
	// Silence that is filled in where no packet came, at most.
	mostFill = 60 * 8000
)

// One call: what it sends, a packet each 20 ms, and what it hears.
type leg struct {
	sync.Mutex
	dialog  dialog
	session *media.MediaSession
	audio   media.Codec
	event   *media.Codec
	queue   []byte // PCM
	digits  []rune
	isMuted bool // sends nothing at all, as an exchange that holds a call
	over    chan struct{}
	once    sync.Once
}

func newLeg(d dialog, session *media.MediaSession) *leg {
	l := &leg{dialog: d, session: session, over: make(chan struct{})}
	for _, c := range session.CommonCodecs() {
		if strings.HasPrefix(c.Name, "telephone-event") {
			c := c
			l.event = &c
		} else if l.audio.SampleRate == 0 {
			l.audio = c
		}
	}
	return l
}

func (l *leg) end(by string) {
	l.once.Do(func() {
		close(l.over)
		tell(event{Event: "ended", By: by})
	})
}

func (l *leg) obey(c command) {
	l.Lock()
	defer l.Unlock()
	switch c.Do {
	case "say":
		l.queue = append(l.queue, c.Audio...)
	case "digits":
		l.digits = append(l.digits, []rune(c.Digits)...)
	case "mute":
		l.isMuted = c.On
	}
}

func (l *leg) send() {
	tick := time.NewTicker(frameMs * time.Millisecond)
	defer tick.Stop()
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: uint32(time.Now().UnixNano()), SequenceNumber: 1}}
	write := func(payloadType uint8, timestamp uint32, marker bool, payload []byte) {
		packet.PayloadType, packet.Timestamp, packet.Marker, packet.Payload = payloadType, timestamp, marker, payload
		_ = l.session.WriteRTP(&packet)
		packet.SequenceNumber++
	}
	var clock, digitBegan uint32
	digitFrame := 0
	wasSaying := false
	for {
		select {
		case <-l.over:
			return
		case <-tick.C:
		}
		l.Lock()
		clock += frameSamples
		switch {
		case l.isMuted:
		case len(l.digits) > 0 && l.event != nil:
			if digitFrame == 0 {
				digitBegan = clock
			}
			digitFrame++
			if digitFrame <= digitFrames {
				payload := digitPayload(l.digits[0], digitFrame*frameSamples, digitFrame == digitFrames)
				write(l.event.PayloadType, digitBegan, digitFrame == 1, payload)
				if digitFrame == digitFrames { // the end is said three times
					write(l.event.PayloadType, digitBegan, false, payload)
					write(l.event.PayloadType, digitBegan, false, payload)
				}
			} else if digitFrame >= digitFrames+pauseFrames {
				tell(event{Event: "digit-sent", Digit: string(l.digits[0])})
				l.digits = l.digits[1:]
				digitFrame = 0
			}
		default:
			frame := make([]byte, 2*frameSamples)
			n := copy(frame, l.queue)
			l.queue = l.queue[n:]
			encoded := make([]byte, frameSamples)
			_, _ = encode(l.audio, encoded, frame)
			write(l.audio.PayloadType, clock, false, encoded)
			if wasSaying && len(l.queue) == 0 {
				tell(event{Event: "said"})
			}
			wasSaying = len(l.queue) > 0
		}
		l.Unlock()
	}
}

// RFC 4733, 2.3.
func digitPayload(digit rune, duration int, isEnd bool) []byte {
	code := strings.IndexRune("0123456789*#ABCD", digit)
	end := byte(10)
	if isEnd {
		end |= 0x80
	}
	return []byte{byte(code), end, byte(duration >> 8), byte(duration)}
}

func (l *leg) hear() {
	buf := make([]byte, media.RTPBufSize)
	var packet rtp.Packet
	var next uint32
	var lastDigit uint32
	isFirst := true
	var heard ear
	for {
		if _, err := l.session.ReadRTP(buf, &packet); err != nil {
			return
		}
		if l.event != nil && packet.PayloadType == l.event.PayloadType {
			if len(packet.Payload) >= 4 && packet.Payload[1]&0x80 != 0 && packet.Timestamp != lastDigit {
				lastDigit = packet.Timestamp
				tell(event{Event: "digit", Digit: string("0123456789*#ABCD"[packet.Payload[0]&15])})
			}
			continue
		}
		if packet.PayloadType != l.audio.PayloadType {
			continue
		}
		missing := int32(packet.Timestamp - next)
		if !isFirst && missing < 0 && missing > -8000 {
			continue // late
		}
		if isFirst || missing < 0 || missing > mostFill {
			missing = 0
		}
		isFirst = false
		pcm := make([]byte, 2*len(packet.Payload))
		_, _ = decode(l.audio, pcm, packet.Payload)
		heard.add(append(make([]byte, 2*missing), pcm...))
		next = packet.Timestamp + uint32(len(packet.Payload))
	}
}

func encode(c media.Codec, to, from []byte) (int, error) {
	if c.PayloadType == media.CodecAudioAlaw.PayloadType {
		return audio.EncodeAlawTo(to, from)
	}
	return audio.EncodeUlawTo(to, from)
}

func decode(c media.Codec, to, from []byte) (int, error) {
	if c.PayloadType == media.CodecAudioAlaw.PayloadType {
		return audio.DecodeAlawTo(to, from)
	}
	return audio.DecodeUlawTo(to, from)
}
