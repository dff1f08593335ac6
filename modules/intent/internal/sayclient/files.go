package sayclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"homehub/platform/secret"
)

const (
	loginFile   = "cli.json"
	sessionFile = "cli-session.json"
)

// login is cli.json: what serve leaves for whoever may read its data folder.
type login struct {
	Server      string `json:"server"`
	Email       string `json:"email"`
	Password    string `json:"password"`
	HouseholdID string `json:"household_id"`
}

// session is cli-session.json: what outlives one say.
type session struct {
	Server       string `json:"server"`
	Email        string `json:"email"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	// ConversationID is where a question is open until AsksUntil.
	ConversationID string    `json:"conversation_id"`
	AsksUntil      time.Time `json:"asks_until"`
}

func (c *Client) load() error {
	path := filepath.Join(c.dir, loginFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: there is no login in %s, which \"homehub serve\" leaves on its first start where only this machine reaches it", ErrNoServer, path)
	}
	if err != nil {
		return fmt.Errorf("read login: %w", err)
	}
	if err := json.Unmarshal(content, &c.login); err != nil {
		return fmt.Errorf("read login %s: %w", path, err)
	}

	content, err = os.ReadFile(filepath.Join(c.dir, sessionFile))
	if err == nil {
		err = json.Unmarshal(content, &c.session)
	}
	if err != nil { // none yet, or unreadable: a new login makes another
		c.session = session{}
	}

	return nil
}

// save keeps the session, readable by its owner only and never half written.
func (c *Client) save() error {
	content, err := json.Marshal(c.session) //nolint:gosec // its tokens are what the file is for
	if err != nil {
		return fmt.Errorf("encode session: %w", err)
	}
	if err := secret.WriteFile(filepath.Join(c.dir, sessionFile), content); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}

	return nil
}
