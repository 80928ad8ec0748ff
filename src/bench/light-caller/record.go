package main

import (
	"os"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
)

const recordedAfter = 1500 * time.Millisecond

// record keeps the packets of what is first spoken in a room, from the first sound to the last, in an Ogg file.
func record(o order) {
	heard := make(chan *rtp.Packet, 4096)
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(t *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		for {
			packet, _, err := t.ReadRTP()
			if err != nil {
				return
			}
			heard <- packet
		}
	}
	room, err := lksdk.ConnectToRoomWithToken(o.URL, o.Token, callback)
	if err != nil {
		tellFailed(o.Call, err)
		return
	}
	defer room.Disconnect()
	tell(o.Call, "joined", time.Now(), 0)
	if err = write(o.File, untilSilent(heard)); err != nil {
		tellFailed(o.Call, err)
		return
	}
	tell(o.Call, "recorded", time.Now(), 0)
}

// untilSilent returns frames from the first sound to the last; what was not sent because it was silent is filled in.
func untilSilent(heard <-chan *rtp.Packet) sentence {
	const step = 960 // 20 ms at 48 kHz
	var frames sentence
	var next uint32
	ends := 0
	quiet := time.NewTimer(time.Minute)
	for {
		select {
		case <-quiet.C:
			return frames[:ends]
		case packet := <-heard:
			isSound := len(packet.Payload) > soundBytes
			if len(frames) == 0 && !isSound {
				continue
			}
			for len(frames) > 0 && int32(packet.Timestamp-next) >= step {
				frames = append(frames, silent)
				next += step
			}
			frames = append(frames, packet.Payload)
			next = packet.Timestamp + step
			if isSound {
				ends = len(frames)
				quiet.Reset(recordedAfter)
			}
		}
	}
}

func write(file string, frames sentence) error {
	part := file + ".part"
	ogg, err := oggwriter.New(part, 48000, 2)
	if err != nil {
		return err
	}
	for i, data := range frames {
		header := rtp.Header{SequenceNumber: uint16(i), Timestamp: uint32(i) * 960}
		if err = ogg.WriteRTP(&rtp.Packet{Header: header, Payload: data}); err != nil {
			return err
		}
	}
	if err = ogg.Close(); err != nil {
		return err
	}
	return os.Rename(part, file)
}
