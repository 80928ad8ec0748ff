// A telephone for the tests of the SIP door, on github.com/emiago/diago: one line, one call at a time. It is told what to do by
// lines of JSON on stdin, and tells what happened, and all that it heard, by lines of JSON on stdout. Test code only.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/emiago/diago"
	"github.com/emiago/diago/media"
	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

type command struct {
	Do       string            `json:"do"`
	To       string            `json:"to"`
	User     string            `json:"user"`
	Password string            `json:"password"`
	Headers  map[string]string `json:"headers"`
	// 16-bit mono at 8 kHz.
	Audio  []byte `json:"audio"`
	Digits string `json:"digits"`
	On     bool   `json:"on"`
	// How a call that comes in is treated: answer, ring, or refuse with Code; so is a REFER.
	As   string `json:"as"`
	Code int    `json:"code"`
	// How long it rings before it is answered, in milliseconds.
	RingMs int `json:"ringMs"`
}

type event struct {
	Event  string `json:"event"`
	Code   int    `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Digit  string `json:"digit,omitempty"`
	Audio  []byte `json:"audio,omitempty"`
	// Headers of the BYE that ended the call, and of an INVITE that came.
	Headers map[string]string `json:"headers,omitempty"`
}

var out struct {
	sync.Mutex
	*json.Encoder
}

func tell(e event) {
	out.Lock()
	defer out.Unlock()
	_ = out.Encode(e)
}

type phone struct {
	sync.Mutex
	dg    *diago.Diago
	ctx   context.Context
	leg   *leg
	stop  context.CancelFunc
	rules struct{ invite, refer command }
}

type dialog interface {
	Hangup(ctx context.Context) error
	Context() context.Context
}

func main() {
	name := flag.String("name", "+15550100", "the user of From")
	host := flag.String("host", "127.0.0.1", "address that it binds to")
	port := flag.Int("port", 0, "its UDP port")
	codec := flag.String("codec", "pcmu", "pcmu, pcma, or g729: which nobody speaks")
	version := flag.Bool("version", false, "only that it runs")
	flag.Parse()
	if *version {
		return
	}
	out.Encoder = json.NewEncoder(os.Stdout)
	ua, err := sipgo.NewUA(sipgo.WithUserAgent(*name), sipgo.WithUserAgentHostname(*host))
	must(err)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p := &phone{ctx: context.Background()}
	p.rules.refer.Code = sip.StatusNotAcceptable
	p.dg = diago.NewDiago(ua,
		diago.WithTransport(diago.Transport{Transport: "udp", BindHost: *host, BindPort: *port}),
		diago.WithMediaConfig(diago.MediaConfig{Codecs: codecs(*codec)}),
		diago.WithServerRequestMiddleware(p.watch),
		diago.WithLogger(log))
	must(p.dg.ServeBackground(p.ctx, p.incoming))
	tell(event{Event: "ready"})
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			p.hangUp()
			return
		}
		var c command
		must(json.Unmarshal(line, &c))
		p.obey(c)
	}
}

func codecs(name string) []media.Codec {
	audio := map[string]media.Codec{
		"pcmu": media.CodecAudioUlaw,
		"pcma": media.CodecAudioAlaw,
		"g729": {PayloadType: 18, SampleRate: 8000, SampleDur: 20 * time.Millisecond, NumChannels: 1, Name: "G729"},
	}
	return []media.Codec{audio[name], media.CodecTelephoneEvent8000}
}

func (p *phone) obey(c command) {
	p.Lock()
	leg := p.leg
	p.Unlock()
	switch c.Do {
	case "call":
		ctx, stop := context.WithCancel(p.ctx)
		p.Lock()
		p.stop = stop
		p.Unlock()
		go p.call(ctx, c)
	case "incoming":
		p.Lock()
		p.rules.invite = c
		p.Unlock()
	case "refer":
		p.Lock()
		p.rules.refer = c
		p.Unlock()
	case "hangup":
		p.hangUp()
	default:
		if leg != nil {
			leg.obey(c)
		}
	}
}

func (p *phone) hangUp() {
	p.Lock()
	leg, stop := p.leg, p.stop
	p.Unlock()
	if leg != nil {
		ctx, done := context.WithTimeout(p.ctx, 3*time.Second)
		defer done()
		leg.end("self")
		_ = leg.dialog.Hangup(ctx)
	} else if stop != nil {
		stop()
	}
}

func (p *phone) call(ctx context.Context, c command) {
	var to sip.Uri
	must(sip.ParseUri(c.To, &to))
	headers := []sip.Header{}
	for name, value := range c.Headers {
		headers = append(headers, sip.NewHeader(name, value))
	}
	d, err := p.dg.NewDialog(to, diago.NewDialogOptions{Transport: "udp"})
	must(err)
	defer d.Close()
	med, err := d.Invite(ctx, diago.InviteClientOptions{
		Headers: headers, Username: c.User, Password: c.Password,
		OnResponse: func(res *sip.Response) error {
			tell(event{Event: "response", Code: res.StatusCode, Reason: res.Reason})
			return nil
		},
		OnRefer: p.referred,
	})
	if err == nil {
		err = d.Ack(ctx)
	}
	if err != nil {
		var refused *sipgo.ErrDialogResponse
		if errors.As(err, &refused) {
			tell(event{Event: "failed", Code: refused.Res.StatusCode, Reason: refused.Res.Reason})
		} else {
			tell(event{Event: "failed", Reason: err.Error()})
		}
		return
	}
	p.talk(d, med)
}

// REFER: the new call is made, and what comes of it is told to who asked.
func (p *phone) referred(d *diago.DialogClientSession) error {
	ctx, done := context.WithTimeout(p.ctx, 20*time.Second)
	defer done()
	p.Lock()
	to := p.rules.refer.To
	p.Unlock()
	if to != "" { // as an exchange, which knows where a number is
		var uri sip.Uri
		must(sip.ParseUri(to, &uri))
		d.InviteRequest.Recipient = uri
	}
	if _, err := d.Invite(ctx, diago.InviteClientOptions{Headers: []sip.Header{}}); err != nil {
		tell(event{Event: "transfer-failed", Reason: err.Error()})
		return err
	}
	err := d.Ack(ctx)
	tell(event{Event: "transferred"})
	go func() {
		<-d.Context().Done()
		tell(event{Event: "transfer-ended"})
	}()
	return err
}

func (p *phone) incoming(d *diago.DialogServerSession) {
	p.Lock()
	rule := p.rules.invite
	p.Unlock()
	tell(event{Event: "incoming", From: d.FromUser(), To: d.ToUser(), Headers: headersOf(d.InviteRequest)})
	_ = d.Trying()
	switch {
	case rule.Code != 0:
		_ = d.Respond(rule.Code, rule.As, nil)
		return
	case rule.As == "ring":
		_ = d.Ringing()
		<-d.Context().Done()
		tell(event{Event: "ended", By: "remote"})
		return
	}
	_ = d.Ringing()
	select {
	case <-d.Context().Done():
	case <-time.After(time.Duration(rule.RingMs) * time.Millisecond):
	}
	med, err := d.Answer(diago.AnswerOptions{OnRefer: p.referred})
	if err != nil {
		tell(event{Event: "failed", Reason: err.Error()})
		return
	}
	p.talk(d, med)
}

func (p *phone) talk(d dialog, med *diago.DialogMedia) {
	l := newLeg(d, med.MediaSession())
	p.Lock()
	p.leg = l
	p.Unlock()
	tell(event{Event: "answered"})
	go l.hear()
	go l.send()
	<-d.Context().Done()
	l.end("remote")
	p.Lock()
	p.leg = nil
	p.Unlock()
}

// Requests that diago answers by itself: how they end the call, or a REFER that is refused.
func (p *phone) watch(next sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		p.Lock()
		refer := p.rules.refer
		p.Unlock()
		switch {
		case req.Method == sip.BYE:
			tell(event{Event: "bye", Headers: headersOf(req)})
		case req.Method == sip.REFER:
			tell(event{Event: "refer", To: headersOf(req)["Refer-To"], Headers: headersOf(req)})
			if refer.Code != 0 {
				_ = tx.Respond(sip.NewResponseFromRequest(req, refer.Code, "Refused", nil))
				return
			}
		}
		next(req, tx)
	}
}

func headersOf(req *sip.Request) map[string]string {
	headers := map[string]string{}
	for _, h := range req.Headers() {
		headers[h.Name()] = h.Value()
	}
	return headers
}

func must(err error) {
	if err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
