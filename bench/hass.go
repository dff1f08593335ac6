package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// clientID names this program to Home Assistant; it must be a URL, and nobody fetches it.
const clientID = "http://bench.internal/"

// onboard makes the first user of a fresh Home Assistant, or of a virtual home, and returns a
// long-lived token.
func onboard(ctx context.Context, base string) (string, error) {
	user, err := json.Marshal(map[string]string{ //nolint:gosec // of an instance that lives for this run
		"name": "Bench", "username": "homehub", "password": "homehub-test-password",
		"client_id": clientID, "language": "hu",
	})
	if err != nil {
		return "", err
	}
	var code struct {
		AuthCode string `json:"auth_code"`
	}
	if err := post(ctx, base+"/api/onboarding/users", "application/json", user, &code); err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code.AuthCode}, "client_id": {clientID}}
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	err = post(ctx, base+"/auth/token", "application/x-www-form-urlencoded", []byte(form.Encode()), &tokens)
	if err != nil {
		return "", err
	}
	socket, err := dialHass(ctx, base, tokens.AccessToken)
	if err != nil {
		return "", err
	}
	defer socket.close()
	result, err := socket.command(ctx, map[string]any{
		"type": "auth/long_lived_access_token", "client_name": "bench", "lifespan": 1,
	})
	if err != nil {
		return "", err
	}
	var token string

	return token, json.Unmarshal(result, &token)
}

func post(ctx context.Context, target, contentType string, body []byte, result any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s: %s", target, resp.Status)
	}

	return json.NewDecoder(resp.Body).Decode(result)
}

// hassSocket is Home Assistant's WebSocket API with nothing around it: one command at a time.
type hassSocket struct {
	conn *websocket.Conn
	id   int
}

type hassMessage struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Success bool            `json:"success"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

func dialHass(ctx context.Context, base, token string) (*hassSocket, error) {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/websocket", nil) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	s := &hassSocket{conn: conn}
	for _, step := range []struct {
		wanted string
		send   any
	}{{"auth_required", map[string]string{"type": "auth", "access_token": token}}, {"auth_ok", nil}} {
		var message hassMessage
		if err := wsjson.Read(ctx, conn, &message); err != nil {
			return nil, err
		}
		if message.Type != step.wanted {
			return nil, errors.New("Home Assistant said " + message.Type)
		}
		if step.send == nil {
			return s, nil
		}
		if err := wsjson.Write(ctx, conn, step.send); err != nil {
			return nil, err
		}
	}

	return s, nil
}

func (s *hassSocket) close() { _ = s.conn.CloseNow() } // nothing is lost

// command sends one command and returns its result.
func (s *hassSocket) command(ctx context.Context, command map[string]any) (json.RawMessage, error) {
	s.id++
	command["id"] = s.id
	if err := wsjson.Write(ctx, s.conn, command); err != nil {
		return nil, err
	}
	for {
		var message hassMessage
		if err := wsjson.Read(ctx, s.conn, &message); err != nil {
			return nil, err
		}
		if message.ID != s.id || message.Type != "result" {
			continue
		}
		if !message.Success {
			return nil, fmt.Errorf("%s: %s", command["type"], message.Error)
		}

		return message.Result, nil
	}
}

// call calls a service on one entity.
func (s *hassSocket) call(ctx context.Context, domain, service, entity string) error {
	_, err := s.command(ctx, map[string]any{
		"type": "call_service", "domain": domain, "service": service,
		"target": map[string]any{"entity_id": entity},
	})

	return err
}
