package hass

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of one exchange with a home. A home is at most as far away as another house.
const (
	connectTimeout = 10 * time.Second
	requestTimeout = 15 * time.Second
	maxRedirects   = 3
	maxBody        = 1 << 20 // of a REST answer; what is large comes by WebSocket
)

// Endpoint is where a home is and what opens it.
type Endpoint struct {
	// BaseURL is scheme, host and port, without a path: Home Assistant lives at the root.
	BaseURL string
	// Dial makes the network connections; nil takes the machine's. It is asked for every
	// address, also those that redirects lead to.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Token is an access token. REST calls that need none work without.
	Token string
	// KeepAlive is how often a silent connection is probed; zero takes a sensible default.
	KeepAlive time.Duration
}

// Format hides the token, whatever the verb.
func (e Endpoint) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(e.BaseURL)) }

// ParseBaseURL checks and normalises an address that a person gave.
func ParseBaseURL(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	switch {
	case err != nil:
		return "", errors.New("is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("must begin with http:// or https://")
	case u.Hostname() == "":
		return "", errors.New("names no host")
	case u.User != nil:
		return "", errors.New("must not hold a user name or password")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("must end after host and port")
	}

	return u.Scheme + "://" + u.Host, nil
}

// httpClient makes a client for one purpose; its owner closes its idle connections.
func (e Endpoint) httpClient() *http.Client {
	dial := e.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}

	return &http.Client{
		Transport: &http.Transport{ // no proxy: it would dial in our place, past the address policy
			DialContext:           dial,
			TLSHandshakeTimeout:   connectTimeout,
			ResponseHeaderTimeout: requestTimeout,
			MaxIdleConnsPerHost:   1,
			IdleConnTimeout:       30 * time.Second,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			if r.URL.User != nil {
				return errors.New("redirect with credentials")
			}

			return nil
		},
	}
}
