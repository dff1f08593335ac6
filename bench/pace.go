package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections are what the load comes over. A request that finds none free waits, and its
// waiting counts.
const connections = 50

// load is requests that are ready to be sent, and what an answer must hold. They are written
// and read by hand: what the sender costs is taken from the same processors as the server's.
type load struct {
	name     string
	address  string
	requests [][]byte // in turns
	wanted   []string // one of them is in a good answer
}

// outcome is what came of a load.
type outcome struct {
	took   sample
	lasted time.Duration
	failed int
	first  error // of those that failed
}

func (o outcome) perSecond() float64 { return float64(len(o.took)) / o.lasted.Seconds() }

// run sends n requests, rate of them a second; rate 0 is as fast as they are answered. A latency
// counts from when the request was due, so that a server that falls behind cannot hide it.
func (l load) run(ctx context.Context, rate, n int) (outcome, error) {
	out := outcome{took: make(sample, n)}
	var next, failed atomic.Int64
	var once sync.Once
	var senders sync.WaitGroup
	errs := make(chan error, connections)
	begin := time.Now()
	for range connections {
		senders.Go(func() {
			errs <- l.send(ctx, func() (int, time.Time) {
				i := int(next.Add(1)) - 1
				if rate == 0 {
					return i, time.Now()
				}

				return i, begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
			}, func(i int, took time.Duration, err error) {
				out.took[i] = took
				if err != nil {
					failed.Add(1)
					once.Do(func() { out.first = err })
				}
			}, n)
		})
	}
	senders.Wait()
	close(errs)
	out.lasted, out.failed = time.Since(begin), int(failed.Load())
	for err := range errs {
		if err != nil {
			return out, err
		}
	}

	return out, nil
}

// send is one connection's share: it takes the next request until all n are taken.
func (l load) send(ctx context.Context, take func() (int, time.Time), done func(int, time.Duration, error), n int) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.address)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // all that was asked is answered
	reader := bufio.NewReaderSize(conn, 8<<10)
	body := make([]byte, 0, 8<<10)
	for {
		i, due := take()
		if i >= n {
			return nil
		}
		time.Sleep(time.Until(due))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := conn.Write(l.requests[i%len(l.requests)]); err != nil {
			return err
		}
		status, answer, err := readAnswer(reader, body)
		if err != nil {
			return err
		}
		done(i, time.Since(due), l.judge(status, answer))
	}
}

func (l load) judge(status string, answer []byte) error {
	if status == "200" {
		for _, wanted := range l.wanted {
			if bytes.Contains(answer, []byte(wanted)) {
				return nil
			}
		}
	}

	return fmt.Errorf("answered %s: %s", status, answer)
}

// readAnswer reads a response that says how long it is; its body lies in buffer.
func readAnswer(reader *bufio.Reader, buffer []byte) (status string, body []byte, err error) {
	lines := textproto.NewReader(reader)
	line, err := lines.ReadLineBytes()
	if err != nil {
		return "", nil, err
	}
	if len(line) < len("HTTP/1.1 200") {
		return "", nil, errors.New("no HTTP")
	}
	status = string(line[len("HTTP/1.1 "):len("HTTP/1.1 200")])
	length := 0
	for {
		if line, err = lines.ReadLineBytes(); err != nil {
			return "", nil, err
		}
		if len(line) == 0 {
			break
		}
		if value, isIt := bytes.CutPrefix(line, []byte("Content-Length: ")); isIt {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return "", nil, err
			}
		}
	}
	if cap(buffer) < length {
		buffer = make([]byte, length)
	}
	body = buffer[:length]
	for read := 0; read < length; {
		n, err := reader.Read(body[read:])
		if err != nil {
			return "", nil, err
		}
		read += n
	}

	return status, body, nil
}
