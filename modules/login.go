package modules

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"homehub/modules/auth"
	"homehub/platform/secret"
)

// loginName is the file in data_dir through which `homehub say` finds the server and its login.
const loginName = "cli.json"

// login is what the file holds.
type login struct {
	Server      string `json:"server"`
	Email       string `json:"email"`
	Password    string `json:"password"`
	HouseholdID string `json:"household_id"`
}

// leaveLogin writes the demonstration household's login when it has just been made, and else
// only where the server is now. Where the file was removed, it stays away.
func leaveLogin(dataDir, baseURL string, demo *auth.DemoLogin) error {
	path := filepath.Join(dataDir, loginName)
	var l login
	switch {
	case demo != nil:
		l = login{Email: demo.Email, Password: demo.Password, HouseholdID: demo.HouseholdID}
	default:
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = json.Unmarshal(content, &l)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w (remove it to go on without a login for say)", path, err)
		}
	}
	l.Server = baseURL
	content, err := json.MarshalIndent(l, "", "  ") //nolint:gosec // the password is what the file is for
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	if err := secret.WriteFile(path, append(content, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}

	return nil
}
