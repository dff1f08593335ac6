package hashing

import (
	"errors"
	"io"

	"golang.org/x/crypto/bcrypt"
)

const (
	maxPassword = 72 // bytes, all that bcrypt reads
	maxText     = 255
)

// request asks for the hash of a password, or to compare it with one.
type request struct {
	isComparison bool
	cost         int
	password     []byte
	hash         []byte
}

const requestHead = 4

// check keeps what cannot be sent from being sent. It is no bcrypt either.
func (r request) check() error {
	switch {
	case len(r.password) > maxPassword:
		return bcrypt.ErrPasswordTooLong
	case len(r.hash) > maxText:
		return errors.New("the hash is longer than any of bcrypt")
	case r.cost < 0 || r.cost > bcrypt.MaxCost:
		return bcrypt.InvalidCostError(r.cost)
	default:
		return nil
	}
}

// frame is how r travels: what it asks for, its cost and the lengths of password and hash, a byte each; then both.
func (r request) frame() []byte {
	frame := make([]byte, requestHead, requestHead+len(r.password)+len(r.hash)) // never moved: it will be cleared
	if r.isComparison {
		frame[0] = 1
	}
	frame[1], frame[2], frame[3] = byte(r.cost), byte(len(r.password)), byte(len(r.hash)) //nolint:gosec // checked

	return append(append(frame, r.password...), r.hash...)
}

// answer travels as its kind, the length of its text and the text.
type answer struct {
	kind byte
	text []byte // a hash, or what was wrong
}

const (
	isDone byte = iota
	isMismatch
	isError
)

func (r request) compute(pause func()) answer {
	var hash []byte
	var err error
	if !r.isComparison {
		hash, err = generate(r.password, r.cost, pause)
	} else {
		err = compare(r.hash, r.password, pause)
	}
	switch {
	case err == nil:
		return answer{kind: isDone, text: hash}
	case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword):
		return answer{kind: isMismatch}
	default:
		return answer{kind: isError, text: []byte(err.Error())} // bcrypt quotes no password
	}
}

func (a answer) result() ([]byte, error) {
	switch a.kind {
	case isDone:
		return a.text, nil
	case isMismatch:
		return nil, bcrypt.ErrMismatchedHashAndPassword
	default:
		return nil, errors.New(string(a.text))
	}
}

func (a answer) frame() []byte {
	text := a.text[:min(len(a.text), maxText)]

	return append([]byte{a.kind, byte(len(text))}, text...) //nolint:gosec // bounded above
}

func readAnswer(from io.Reader) (answer, error) {
	var head [2]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return answer{}, err
	}
	a := answer{kind: head[0], text: make([]byte, head[1])}
	_, err := io.ReadFull(from, a.text)

	return a, err
}

// serve answers one request after the other, until there are no more.
func serve(from io.Reader, to io.Writer, pause func()) error {
	var frame [requestHead + maxPassword + maxText]byte
	for {
		if _, err := io.ReadFull(from, frame[:requestHead]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}

			return err
		}
		n, m := int(frame[2]), int(frame[3])
		if n > maxPassword {
			return bcrypt.ErrPasswordTooLong
		}
		body := frame[requestHead:][:n+m]
		if _, err := io.ReadFull(from, body); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF // in the midst of a request
			}

			return err
		}
		a := request{isComparison: frame[0] == 1, cost: int(frame[1]), password: body[:n], hash: body[n:]}.compute(pause)
		clear(frame[:])
		if _, err := to.Write(a.frame()); err != nil {
			return err
		}
	}
}
